package io.godwit.job;

import io.godwit.ledger.TenantClaim;
import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a kind of migration found and decided before it starts. The plan, the dry run, the
 * verification and the real run take their decisions from it; they know nothing else of kinds.
 * Making one writes nothing.
 */
public interface PlannedMigration {

    /** The job's name in Flink. */
    String title();

    /** What was looked at, problems included. */
    List<Finding> findings();

    default boolean ready() {
        return findings().stream().noneMatch(Finding::stops);
    }

    /** Whether it goes on with a migration that is in this phase, or else begins a new one. */
    default boolean follows(Phase phase) {
        return !phase.terminal();
    }

    /** Whether another job may follow this one, after a switch. */
    default boolean mayTurn() {
        return false;
    }

    /** Both stores are there with their tables, so that they can be compared. */
    boolean comparable();

    /** What no other active migration may have. */
    default List<TenantClaim> claims() {
        return List.of();
    }

    /**
     * Makes what must be there before the job starts. Called once the findings let it start and the
     * ledger has the migration; can be repeated after a crash anywhere in it.
     */
    void prepare();

    /** Puts the job together; after {@link #prepare}. */
    void build(StreamExecutionEnvironment env, Run run);

    /** From what a run without a savepoint starts, in words. */
    String starting();

    /** What a plan says besides its findings; only when it is {@link #ready}. */
    List<String> lines();

    /** The same for machines. */
    Map<String, Object> details();

    /** Compares what is closed: no job can still change it. */
    Verdict verify(Level level, JobPlace place) throws Exception;

    /**
     * Rewrites the rows that a full comparison names, and no others.
     *
     * @throws io.godwit.model.MigrationException RECOVERABLE for a kind that does not offer it
     */
    default Repaired repair() throws Exception {
        throw MigrationException.refused(
                "repair", "Rows are repaired for kind tenant; for kind chain use --rewind");
    }

    /** Compares everything that a run would copy now: what is missing would be written. */
    Tally dryRun(JobPlace place) throws Exception;
}
