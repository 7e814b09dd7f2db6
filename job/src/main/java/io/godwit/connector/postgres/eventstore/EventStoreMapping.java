package io.godwit.connector.postgres.eventstore;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.godwit.spec.Checks;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Where an event store keeps what. Names are those of the catalogue, unquoted.
 *
 * @param table the event table, with its schema if it is not on the search path
 * @param position the store's global order: a column filled from a sequence, unique
 * @param eventId the event's own id, unique
 * @param tenantId whose event it is; null for events of nobody
 * @param stream the columns that name a stream
 * @param version the place in the stream
 * @param eventType what happened
 * @param timestamp when it happened
 * @param payload the event itself
 */
public record EventStoreMapping(
        String table,
        String position,
        String eventId,
        String tenantId,
        List<String> stream,
        String version,
        String eventType,
        String timestamp,
        String payload)
        implements Serializable {

    /** The name of {@link #eventsourcePy} in a spec. */
    public static final String EVENTSOURCE_PY = "eventsource-py";

    @JsonCreator
    public EventStoreMapping {
        Checks.required("event_store.table", table);
        Checks.required("event_store.position", position);
        Checks.required("event_store.event_id", eventId);
        Checks.required("event_store.tenant_id", tenantId);
        Checks.required("event_store.stream", stream);
        Checks.required("event_store.version", version);
        Checks.required("event_store.event_type", eventType);
        Checks.required("event_store.timestamp", timestamp);
        Checks.required("event_store.payload", payload);
        if (stream.isEmpty()) {
            throw new IllegalArgumentException(
                    "event_store.stream is empty; name the columns that make a stream");
        }
        stream.forEach(column -> Checks.required("a column of event_store.stream", column));
        stream = List.copyOf(stream);
        List<String> once = new ArrayList<>(stream);
        // Stream names that are unique only within a tenant have the tenant in front of them.
        once.remove(tenantId);
        once.addAll(List.of(position, eventId, tenantId, version, eventType, timestamp, payload));
        for (int i = 0; i < once.size(); i++) {
            if (once.indexOf(once.get(i)) < i) {
                throw new IllegalArgumentException(
                        "event_store names the column '" + once.get(i) + "' twice");
            }
        }
    }

    /** What a spec calls by its name instead of naming every column. */
    @JsonCreator
    static EventStoreMapping preset(String name) {
        if (!EVENTSOURCE_PY.equals(name)) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no known event store; a preset ["
                            + EVENTSOURCE_PY
                            + "], or keys: table, position, event_id, tenant_id, stream, version,"
                            + " event_type, payload, timestamp");
        }
        return eventsourcePy();
    }

    /** The events table of eventsource-py (facts, section 1.1). */
    public static EventStoreMapping eventsourcePy() {
        return new EventStoreMapping(
                "events",
                "global_position",
                "event_id",
                "tenant_id",
                List.of("aggregate_id", "aggregate_type"),
                "version",
                "event_type",
                "timestamp",
                "payload");
    }

    /** These are eventsource-py's columns, wherever its table is: it has companions beside it. */
    public boolean isEventsourcePy() {
        return equals(eventsourcePy().in(table));
    }

    private EventStoreMapping in(String otherTable) {
        return new EventStoreMapping(
                otherTable,
                position,
                eventId,
                tenantId,
                stream,
                version,
                eventType,
                timestamp,
                payload);
    }

    /** Every column that has a role, each once. */
    public List<String> columns() {
        List<String> columns = new ArrayList<>(List.of(position, eventId, tenantId));
        stream.stream().filter(column -> !column.equals(tenantId)).forEach(columns::add);
        columns.addAll(List.of(version, eventType, timestamp, payload));
        return List.copyOf(columns);
    }

    /** The table as SQL names it. */
    public String quotedTable() {
        int dot = table.indexOf('.');
        return dot < 0
                ? quoted(table)
                : quoted(table.substring(0, dot)) + "." + quoted(table.substring(dot + 1));
    }

    /** A table of the same schema, as SQL names it. */
    public String besideTable(String other) {
        int dot = table.indexOf('.');
        return dot < 0 ? quoted(other) : quoted(table.substring(0, dot)) + "." + quoted(other);
    }

    /** An identifier as SQL names it, whatever is in it. */
    public static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
