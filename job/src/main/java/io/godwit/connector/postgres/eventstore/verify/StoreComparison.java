package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.spec.VerificationLevel;
import java.sql.SQLException;
import java.util.List;

/**
 * Compares the rows of some tenants in two stores while writers write and a tail copies.
 *
 * <p>Looked at are the source's rows at or below a position that is final and applied, and the
 * target's rows that belong to them. Where the target drew its own positions, a row of it that the
 * source has further up was copied ahead and is no difference. Other tenants' rows are never looked
 * at. Each side is one snapshot.
 *
 * <ul>
 *   <li>COUNT: rows per bucket, then the events and the last version of each stream. Finds what
 *       changes a count.
 *   <li>HASH: a 128-bit sum over the rows per bucket, made by the two databases at the same time.
 *       Rows carry their position, or the event before them in their stream, so order counts.
 *   <li>FULL: every row and every column, value by value.
 * </ul>
 *
 * Only buckets that differ are read row by row, to name the differences. In memory are {@link
 * Buckets#COUNT} digests and a page of rows of each side, whatever the stores hold.
 *
 * <p>COUNT and HASH read a tenant's rows once on each side: along an index on (tenant, position) or
 * (tenant) where there is one and the tenant is a small part, else in one pass over the table up to
 * the position, in several processes if the server has them. Where the target drew its positions,
 * HASH also sorts three hashes a row, and FULL the rows themselves; the servers do that on disk
 * beyond their work_mem. With kept positions rows are read in the order of the primary key.
 *
 * <p>Where both stores have the same rows, their order in the streams is judged; before, a missing
 * row would make its successor differ too. For the same reason COUNT looks at streams last.
 *
 * <p>Any thread, one comparison at a time; reads only, so one that failed is simply run again.
 */
public final class StoreComparison {

    private final PostgresEventStoreSpec source;
    private final PostgresEventStoreSpec target;
    private final List<String> tenants;
    private final List<String> content;
    private final Correspondence how;
    private final String migration;

    /**
     * @param tenants as the tenant column spells them
     * @param columns what is copied, the position first, as {@link
     *     io.godwit.connector.postgres.eventstore.StoreSchema#copiedColumns} gives it
     * @param migration names the sessions
     */
    public StoreComparison(
            PostgresEventStoreSpec source,
            PostgresEventStoreSpec target,
            List<String> tenants,
            List<String> columns,
            Correspondence how,
            String migration) {
        this.source = source;
        this.target = target;
        this.tenants = List.copyOf(tenants);
        this.content = List.copyOf(columns.subList(1, columns.size()));
        this.how = how;
        this.migration = migration;
        if (tenants.isEmpty()) {
            throw new IllegalArgumentException("No tenant is named: there is nothing to compare");
        }
        if (!columns.get(0).equals(source.eventStore().position())) {
            throw new IllegalArgumentException(
                    "The first of the columns is "
                            + columns.get(0)
                            + " and not the position, "
                            + source.eventStore().position());
        }
    }

    /**
     * @param through the highest position of the source to look at; every row at or below it is
     *     committed in the source and applied to the target
     */
    public StoreVerdict compare(VerificationLevel level, long through) {
        return compare(level, through, Long.MAX_VALUE);
    }

    /**
     * The same when the target takes the tenants' appends already.
     *
     * @param copied the target's last position from before that; what is above is its own
     */
    public StoreVerdict compare(VerificationLevel level, long through, long copied) {
        StoreSnapshot older = StoreSnapshot.open(target, tenants, migration);
        StoreSnapshot newer;
        try {
            newer = StoreSnapshot.open(source, tenants, migration);
        } catch (RuntimeException e) {
            older.close();
            throw e;
        }
        try (BothStores stores = new BothStores(newer, older)) {
            return new ComparisonRun(
                            stores,
                            side(newer, true, through, Long.MAX_VALUE),
                            side(older, false, through, copied))
                    .verdict(level);
        } catch (SQLException e) {
            throw PostgresErrors.of("Comparing the stores", e);
        }
    }

    private SideSql side(StoreSnapshot store, boolean isSource, long through, long ceiling) {
        return new SideSql(
                isSource,
                (isSource ? source : target).eventStore(),
                store.tenantType(),
                tenants.size(),
                content,
                how,
                through,
                ceiling);
    }
}
