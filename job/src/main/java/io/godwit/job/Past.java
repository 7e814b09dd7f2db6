package io.godwit.job;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.ledger.TenantClaim;
import io.godwit.ledger.TenantClaims;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the ledger knows of a migration before it starts, again or for the first time.
 *
 * @param row the newest migration of the name, active or not; null when there is none
 * @param progress its applied-through, as of completed checkpoints
 * @param claims its tenants; none once it has ended
 * @param taken tenants of the spec that another active migration has, with its name
 * @param running a job runs it now
 */
public record Past(
        MigrationRow row,
        List<TagProgress> progress,
        Set<TenantClaim> claims,
        Map<String, String> taken,
        boolean running) {

    /** There is no ledger yet. */
    public static final Past NONE = new Past(null, List.of(), Set.of(), Map.of(), false);

    public Past {
        progress = List.copyOf(progress);
        claims = Set.copyOf(claims);
        taken = Map.copyOf(taken);
    }

    /**
     * @param wanted what the spec's tenants would claim
     */
    public static Past read(Ledger ledger, String name, List<TenantClaim> wanted)
            throws SQLException {
        boolean running = RunLock.isTaken(ledger, name);
        Optional<MigrationRow> row = ledger.find(name);
        TenantClaims claims = new TenantClaims(ledger);
        Map<String, String> taken = claims.ofOthers(name, wanted);
        return row.isEmpty()
                ? new Past(null, List.of(), Set.of(), taken, running)
                : new Past(
                        row.get(),
                        ledger.progressOf(row.get().id()),
                        claims.of(row.get().id()),
                        taken,
                        running);
    }

    /** The same, with a job that lives although it does not hold the migration now. */
    public Past withJob() {
        return new Past(row, progress, claims, taken, true);
    }

    /** It has begun and not ended: a start goes on with it. */
    public boolean active() {
        return row != null && !row.phase().terminal();
    }

    /** Its bulk copy is done, so the target itself tells how far it is. */
    public boolean copied() {
        return row != null && (row.phase() == Phase.DUAL_WRITE || row.phase() == Phase.CUTOVER);
    }

    /** Everything at or below it was in the target at the last checkpoint; 0 for nothing. */
    public long applied() {
        return progress.stream().mapToLong(TagProgress::appliedThrough).sum();
    }
}
