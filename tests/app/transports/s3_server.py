"""A server that speaks S3's protocol, on this machine, for tests: moto's, over HTTP as any other would be."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from attrs import frozen
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

BUCKET = "drop-folders"


@frozen(kw_only=True)
class Server:
    """Where it listens."""

    endpoint: str

    @property
    def url(self) -> str:
        """Folders in a bucket that is there."""
        return f"s3://{BUCKET}/chfw"


@contextmanager
def s3_server(patch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Runs for as long as this does; who we are, and where it is, stands where AWS's own tools look for it."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        named = {
            "AWS_ACCESS_KEY_ID": "chfw",
            "AWS_SECRET_ACCESS_KEY": "word-for-tests",
            "AWS_DEFAULT_REGION": "eu-west-2",
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name, value in named.items():
            patch.setenv(name, value)
        where = {"LocationConstraint": named["AWS_DEFAULT_REGION"]}
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield Server(endpoint=named["AWS_ENDPOINT_URL"])
    finally:
        running.stop()
