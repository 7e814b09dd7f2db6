package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Creates eventsource-py's tables in a target that has none. All of them or none, once: from then
 * on the schema is the application's, so Godwit keeps no history of it.
 */
public final class StoreDdl {

    private static final String SCHEMA = "/sql/eventsourcing/V001__store.sql";

    private StoreDdl() {}

    /**
     * Does nothing where the event table is there already; safe to be called by several at once.
     */
    public static void createIfMissing(PostgresEventStoreSpec spec, String migration) {
        if (!spec.createSchema()) {
            return;
        }
        try (Connection connection = spec.open(migration)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        "SELECT pg_advisory_xact_lock(hashtextextended('godwit:create_schema', 0))");
                if (!StoreSchema.read(connection, spec.eventStore()).exists()) {
                    statement.execute(schema());
                }
            }
            connection.commit();
        } catch (SQLException e) {
            throw PostgresErrors.of("Creating eventsource-py's tables", e);
        }
    }

    private static String schema() {
        try (InputStream in = StoreDdl.class.getResourceAsStream(SCHEMA)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(SCHEMA + " cannot be read", e);
        }
    }
}
