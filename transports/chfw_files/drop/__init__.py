"""Drop folders: a transport whose parties put files into one folder and take files out of another (TR4).

`transport.DropFolders` is the transport; `layout` says what lies where. The folders are on this machine, or
wherever a URL names them: SFTP, S3 and whatever else fsspec knows (`place`, `places`).
"""

from chfw_files.drop.transport import DropFolders, open_drop

__all__ = ["DropFolders", "open_drop"]
