package io.godwit.ledger;

import io.godwit.model.Phase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** For how long a migration has been where it is, by the ledger's own clock. */
public final class PhaseClock {

    private PhaseClock() {}

    /** Empty unless it is in this phase. */
    public static Optional<Duration> in(Ledger ledger, long id, Phase phase) throws SQLException {
        String sql =
                """
                SELECT extract(epoch FROM clock_timestamp() - max(c.at)) * 1000
                FROM migrations m JOIN phase_changes c ON c.migration_id = m.id
                WHERE m.id = ? AND m.phase = ? AND c.to_phase = m.phase
                """;
        try (PreparedStatement statement = ledger.bind(sql, id, phase.name());
                ResultSet row = statement.executeQuery()) {
            row.next();
            long millis = row.getLong(1);
            return row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        }
    }
}
