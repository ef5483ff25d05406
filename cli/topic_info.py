"""`sutura topic info`: a topic's type, writer and readers."""

from sutura.cli.errors import UnknownTopic
from sutura.cli.live_run import watched_run
from sutura.cli.node_info import CONNECTION_COLUMNS, connection_row
from sutura.cli.observe import type_of
from sutura.cli.output import say, show_json, show_table
from sutura.messages import describe


def show_topic(topic: str, run_name: str | None, as_json: bool) -> None:
    """Print what is known of a topic of a live run. Raises UnknownTopic, NoSuchRun."""
    with watched_run(run_name) as run:
        entry = run.info.topics.get(topic)
        if entry is None:
            raise UnknownTopic(topic, run.info.name, run.info.topics)
        schema = describe(type_of(run, entry.type))
        statuses = run.statuses().values()
    outputs = [out for status in statuses for out in status.outputs if out.topic == topic]
    readers = [link for status in statuses for link in status.connections if link.topic == topic]
    if as_json:
        return show_json(
            {
                "topic": topic,
                "type": entry.type,
                "place": entry.place,
                "fields": schema.fields,
                "writer": outputs[0] if outputs else None,
                "readers": readers,
            }
        )
    say(f"topic:  {topic}")
    say(f"type:   {entry.type}")
    for field in schema.fields:
        say(f"  {field.name}: {field.type}{f' [{field.unit}]' if field.unit else ''}")
    for out in outputs:
        say(f"writer: {out.node}.{out.port} in place {entry.place}, {out.sent} sent, {out.held_back} held back")
    if not outputs:
        say(f"writer: place {entry.place} does not answer")
    say(f"readers: {len(readers) or 'none'}")
    if readers:
        show_table(CONNECTION_COLUMNS, [connection_row(link) for link in readers])
    return None
