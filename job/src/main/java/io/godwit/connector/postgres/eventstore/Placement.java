package io.godwit.connector.postgres.eventstore;

import io.godwit.spec.Positions;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a migration's rows lie in the order of the target. It is decided once and kept in the
 * target's own database, so that every later start writes the same row to the same position. Needs
 * {@link ControlTables#create} there.
 *
 * @param offset of {@link Positions#KEEP}: target position minus source position; 0 otherwise
 * @param ceiling the last position of the block that was reserved; null when none was
 */
public record Placement(Positions mode, long offset, Long ceiling) implements Serializable {

    /** Every event at its own position. */
    public static final Placement KEPT = new Placement(Positions.KEEP, 0, null);

    /** Every event at the position that the target draws for it. */
    public static final Placement APPENDED = new Placement(Positions.APPEND, 0, null);

    public Placement {
        Objects.requireNonNull(mode, "mode");
    }

    /** The offset of positions that are kept; empty where the target has drawn its own. */
    public OptionalLong keptOffset() {
        return mode == Positions.KEEP ? OptionalLong.of(offset) : OptionalLong.empty();
    }

    /** What was decided; empty before, and where there is no schema godwit yet. */
    public static Optional<Placement> read(Connection target, String migration)
            throws SQLException {
        if (!exists(target)) {
            return Optional.empty();
        }
        String sql =
                "SELECT mode, position_offset, ceiling FROM godwit.placement WHERE migration = ?";
        try (PreparedStatement statement = target.prepareStatement(sql)) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Placement(
                                        Positions.valueOf(
                                                row.getString(1).toUpperCase(Locale.ROOT)),
                                        row.getLong(2),
                                        row.getObject(3, Long.class)))
                        : Optional.empty();
            }
        }
    }

    /**
     * Keeps this decision unless there is one.
     *
     * @return the one that holds
     */
    public Placement keepOnce(Connection target, String migration) throws SQLException {
        String sql =
                "INSERT INTO godwit.placement (migration, mode, position_offset, ceiling)"
                        + " VALUES (?, ?, ?, ?) ON CONFLICT (migration) DO NOTHING";
        try (PreparedStatement statement = target.prepareStatement(sql)) {
            statement.setString(1, migration);
            statement.setString(2, mode.name().toLowerCase(Locale.ROOT));
            statement.setLong(3, offset);
            statement.setObject(4, ceiling, Types.BIGINT);
            statement.executeUpdate();
        }
        return read(target, migration).orElseThrow();
    }

    /**
     * For a target that has none of the migration's rows, where another decision may fit better.
     */
    public static void forget(Connection target, String migration) throws SQLException {
        if (!exists(target)) {
            return;
        }
        try (PreparedStatement statement =
                target.prepareStatement("DELETE FROM godwit.placement WHERE migration = ?")) {
            statement.setString(1, migration);
            statement.executeUpdate();
        }
    }

    private static boolean exists(Connection target) throws SQLException {
        return CatalogueQuery.holds(target, "SELECT to_regclass('godwit.placement') IS NOT NULL");
    }
}
