package io.godwit.testkit;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import java.util.List;

/** The shapes of event store that the kit can create. */
public enum StoreVariant {
    /** eventsource-py 0.8 and later: with txid and a feed horizon. */
    CURRENT(EventStoreMapping.eventsourcePy(), "/sql/eventsourcing/V001__store.sql"),
    /** eventsource-py before 0.8: integer positions, no txid. */
    BEFORE_0_8(
            EventStoreMapping.eventsourcePy(),
            "/sql/eventsourcing/V001__store.sql",
            "/eventsourcing/before-0.8.sql"),
    /** eventsource-py, partitioned by time. */
    PARTITIONED(
            EventStoreMapping.eventsourcePy(),
            "/sql/eventsourcing/V001__store.sql",
            "/eventsourcing/partitioned.sql"),
    /**
     * Another make: own schema and names, text ids, one stream column, GENERATED ALWAYS AS IDENTITY
     * positions, json instead of jsonb, a generated column.
     */
    JOURNAL(
            new EventStoreMapping(
                    "journal.entries",
                    "seq",
                    "id",
                    "account",
                    List.of("Stream"),
                    "revision",
                    "kind",
                    "at",
                    "envelope"),
            "/eventsourcing/journal.sql");

    private final EventStoreMapping mapping;
    private final List<String> scripts;

    StoreVariant(EventStoreMapping mapping, String... scripts) {
        this.mapping = mapping;
        this.scripts = List.of(scripts);
    }

    public EventStoreMapping mapping() {
        return mapping;
    }

    List<String> scripts() {
        return scripts;
    }
}
