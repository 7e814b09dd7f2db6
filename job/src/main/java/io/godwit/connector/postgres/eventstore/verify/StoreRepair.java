package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the rows that a verdict names as missing or different into the target anew, as the source
 * has them, in one transaction: all of them or none. A row keeps its place in the target; one that
 * was missing is put where the source's position says, or, where the target draws its positions, at
 * its end: if later events of its stream are there already, the next verification says that the
 * order differs.
 *
 * <p>Left as they are: extra rows, rows that are out of order, streams of which no row is known to
 * differ, and whatever a verdict did not name. Verify again afterwards.
 *
 * <p>Any thread; repeatable.
 */
public final class StoreRepair {

    private static final String UNIQUE_VIOLATION = "23505";

    private final PostgresEventStoreSpec source;
    private final PostgresEventStoreSpec target;
    private final RepairedRows rows;
    private final String migration;

    /** As {@link StoreComparison} takes them. */
    public StoreRepair(
            PostgresEventStoreSpec source,
            PostgresEventStoreSpec target,
            List<String> tenants,
            List<String> columns,
            Correspondence how,
            String migration) {
        this.source = source;
        this.target = target;
        this.rows =
                new RepairedRows(source.eventStore(), target.eventStore(), tenants, columns, how);
        this.migration = migration;
    }

    /**
     * What was done.
     *
     * @param rewritten rows of the target that were replaced
     * @param inserted rows that were not there
     * @param left named differences that are still there
     * @param notNamed how many the verdict counted and did not name
     */
    public record Result(long rewritten, long inserted, List<Difference> left, long notNamed) {

        public Result {
            left = List.copyOf(left);
        }

        @Override
        public String toString() {
            return rewritten
                    + " rows rewritten, "
                    + inserted
                    + " inserted, "
                    + left.size()
                    + " named differences left, "
                    + notNamed
                    + " more not named; verify again";
        }
    }

    public Result repair(StoreVerdict verdict) {
        List<Difference> repaired = new ArrayList<>();
        List<Difference> left = new ArrayList<>();
        for (Difference difference : verdict.named()) {
            (canRepair(difference) ? repaired : left).add(difference);
        }
        if (repaired.isEmpty()) {
            return new Result(0, 0, left, verdict.notNamed());
        }
        try (Connection from = StoreSession.open(source, migration);
                Connection into = StoreSession.open(target, migration)) {
            List<List<String>> wanted = new ArrayList<>();
            for (Difference difference : repaired) {
                wanted.add(rows.read(from, difference));
            }
            long rewritten = rewrite(into, repaired, wanted);
            return new Result(rewritten, repaired.size() - rewritten, left, verdict.notNamed());
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static boolean canRepair(Difference difference) {
        return !difference.ofWholeStream()
                && (difference.kind() == Kind.MISSING || difference.kind() == Kind.DIFFERENT);
    }

    /** Two rows may have exchanged their places, so all go before any comes. */
    private long rewrite(Connection into, List<Difference> named, List<List<String>> wanted)
            throws SQLException {
        try {
            rows.passFence(into, migration);
            List<Long> places = new ArrayList<>();
            for (int i = 0; i < named.size(); i++) {
                places.add(rows.delete(into, named.get(i), wanted.get(i)));
            }
            for (int i = 0; i < named.size(); i++) {
                rows.insert(into, wanted.get(i), places.get(i));
            }
            into.commit();
            return places.stream().filter(place -> place != null).count();
        } catch (SQLException | RuntimeException e) {
            try {
                into.rollback();
            } catch (SQLException inAddition) {
                e.addSuppressed(inAddition);
            }
            throw e;
        }
    }

    private static MigrationException failure(SQLException e) {
        if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
            return MigrationException.refused(
                    "repair",
                    "Nothing was repaired, because the target has an event of the source at another"
                            + " position, or another row in its place: "
                            + e.getMessage()
                            + ". Remove that row, which the verdict calls extra, and verify again");
        }
        return PostgresErrors.of("Repairing the target", e);
    }
}
