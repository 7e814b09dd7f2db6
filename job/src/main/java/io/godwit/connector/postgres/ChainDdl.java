package io.godwit.connector.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** Creates chainstorage's tables where there are none, from {@code sql/chainstorage}. */
public final class ChainDdl {

    private ChainDdl() {}

    public static void createIfMissing(ChainstoragePostgresSpec spec, String migration) {
        try (Connection connection =
                PostgresConnections.open(spec.url(), spec.user(), spec.password(), migration)) {
            if (ChainSchema.read(connection).exists()) {
                return;
            }
            // Flyway's history goes into Godwit's schema: the service's own schema stays its own.
            Flyway.configure(ChainDdl.class.getClassLoader())
                    .dataSource(
                            spec.url(),
                            spec.user(),
                            spec.password() == null ? null : spec.password().reveal())
                    .defaultSchema("godwit")
                    .createSchemas(true)
                    .table("chainstorage_schema_history")
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .locations("classpath:sql/chainstorage")
                    .callbacks(new InSchema(connection.getSchema()))
                    .load()
                    .migrate();
        } catch (SQLException e) {
            throw PostgresErrors.of("Creating chainstorage's tables", e);
        }
    }

    /** Runs each file in the target's own schema instead of where the history is. */
    private record InSchema(String schema) implements Callback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_EACH_MIGRATE;
        }

        @Override
        public boolean canHandleInTransaction(Event event, Context context) {
            return true;
        }

        @Override
        public void handle(Event event, Context context) {
            try (PreparedStatement statement =
                    context.getConnection()
                            .prepareStatement(
                                    "SELECT set_config('search_path', quote_ident(?), true)")) {
                statement.setString(1, schema);
                statement.execute();
            } catch (SQLException e) {
                throw PostgresErrors.of("Setting the schema of chainstorage's tables", e);
            }
        }

        @Override
        public String getCallbackName() {
            return "in-schema";
        }
    }
}
