package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.spec.VerificationLevel;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;

/** Compares two stores at every level in a JVM of its own, whose heap the test chooses. */
final class ComparisonProcess {

    private ComparisonProcess() {}

    /**
     * @param args source URL, target URL, user, password, tenant
     */
    public static void main(String[] args) throws Exception {
        PostgresDatabase source = new PostgresDatabase(args[0], args[2], args[3], "source");
        PostgresDatabase target = new PostgresDatabase(args[1], args[2], args[3], "target");
        for (Correspondence how : List.of(Correspondence.kept(0), Correspondence.appended())) {
            CopiedStores stores =
                    new CopiedStores(StoreVariant.CURRENT, how, source, target, List.of(args[4]));
            for (VerificationLevel level : VerificationLevel.values()) {
                long begin = System.nanoTime();
                StoreVerdict verdict = stores.comparison().compare(level, Long.MAX_VALUE);
                System.out.printf(
                        "%s %s in %d ms%n",
                        how.byPosition() ? "kept" : "appended", verdict, since(begin));
            }
        }
        long begin = System.nanoTime();
        System.out.printf("COPY of %d rows in %d ms%n", copy(source, args[4]), since(begin));
    }

    private static long since(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    /** What reading the same rows costs at least. */
    private static long copy(PostgresDatabase database, String tenant) throws Exception {
        try (Connection connection = database.connect()) {
            return connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "COPY (SELECT * FROM events WHERE tenant_id = '"
                                    + tenant
                                    + "') TO STDOUT",
                            OutputStream.nullOutputStream());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
