package io.godwit.source;

import io.godwit.model.MigrationException;
import io.godwit.model.TagProgress;
import io.godwit.port.RunJournal;
import java.util.ArrayList;
import java.util.List;

/** Remembers what was recorded, in words; refuses to start when a test says so. */
final class RecordingJournal implements RunJournal {

    final List<String> entries = new ArrayList<>();
    final List<List<TagProgress>> progress = new ArrayList<>();
    RuntimeException refusal;
    boolean closed;

    @Override
    public void started() {
        if (refusal != null) {
            throw refusal;
        }
        entries.add("started");
    }

    @Override
    public void progress(List<TagProgress> tags) {
        progress.add(tags);
    }

    @Override
    public void bulkCopyDone() {
        entries.add("bulk copy done");
    }

    @Override
    public void failed(MigrationException reason) {
        entries.add("failed: " + reason.getMessage());
    }

    @Override
    public void close() {
        closed = true;
    }
}
