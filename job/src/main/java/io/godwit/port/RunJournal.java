package io.godwit.port;

import io.godwit.model.MigrationException;
import io.godwit.model.TagProgress;
import java.util.List;

/**
 * Where a running job records what the operator sees. Used by the job's coordinator, off its main
 * thread, one call at a time. Every call can be repeated.
 */
public interface RunJournal extends AutoCloseable {

    /**
     * The job begins or begins again. Holds the migration for this job until {@link #close()}; a
     * second job with the same name is refused.
     */
    void started();

    /** As of a completed checkpoint. */
    void progress(List<TagProgress> tags);

    /** The bulk copy is done; the tail takes over. */
    void bulkCopyDone();

    /** The job stops for good with this error. */
    void failed(MigrationException reason);

    @Override
    void close();
}
