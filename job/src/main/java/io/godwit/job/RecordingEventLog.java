package io.godwit.job;

import io.godwit.model.LogEvent;
import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.util.List;

/** A log whose last error is recorded in the ledger before the job stops with it. */
record RecordingEventLog<E extends LogEvent>(EventLog<E> log, Run run) implements EventLog<E> {

    @Override
    public long head(int tag) {
        try {
            return log.head(tag);
        } catch (MigrationException e) {
            Failures.record(run, e);
            throw e;
        }
    }

    @Override
    public List<E> read(int tag, SequenceRange range, boolean live) {
        try {
            return log.read(tag, range, live);
        } catch (MigrationException e) {
            Failures.record(run, e);
            throw e;
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
