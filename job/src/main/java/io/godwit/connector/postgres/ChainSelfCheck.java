package io.godwit.connector.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What must hold inside a chainstorage database, as a list of what does not. Reads only. */
public final class ChainSelfCheck {

    private ChainSelfCheck() {}

    /**
     * @param most how many differences to name
     */
    public static List<String> differences(
            ChainstoragePostgresSpec spec, String migration, int most) {
        try (Connection connection =
                PostgresConnections.open(spec.url(), spec.user(), spec.password(), migration)) {
            connection.setReadOnly(true);
            if (!ChainSchema.read(connection).exists()) {
                return List.of();
            }
            ChainAudit audit = new ChainAudit(connection);
            List<String> differences = new ArrayList<>(audit.canonicalDifferences(most));
            differences.addAll(audit.brokenLinks(most));
            return differences;
        } catch (SQLException e) {
            throw PostgresErrors.of("Checking the target's canonical rows", e);
        }
    }
}
