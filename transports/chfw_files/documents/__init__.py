"""The documents of the house as files, kind by kind.

- what is read: `estate` (`estate_columns`), `attributes`, `instructions`, `schedule`, `capacity`, `cpl`, `release`,
  `events`;
- what parties send: `lists`, which become commands in `commands_in` (`alike`, `contradictions`; `not_read` says
  which columns nobody asks for); a plan, in `schedule_in`;
- what goes out: `messages_out`, `dashboards`, and rows sent back as they came, `returned` (`returned_json`);
  `files_page` is the reference of all of it.
"""
