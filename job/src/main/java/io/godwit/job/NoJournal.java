package io.godwit.job;

import io.godwit.model.MigrationException;
import io.godwit.model.TagProgress;
import io.godwit.port.RunJournal;
import java.util.List;

/** The journal of a job that leaves no trace: a comparison reads and reports, nothing else. */
final class NoJournal implements RunJournal {

    @Override
    public void started() {}

    @Override
    public void progress(List<TagProgress> tags) {}

    @Override
    public void bulkCopyDone() {}

    @Override
    public void failed(MigrationException reason) {}

    @Override
    public void close() {}
}
