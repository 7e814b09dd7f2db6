package io.godwit.job;

import io.godwit.ledger.Ledger;
import io.godwit.sink.AppliedCounts;
import java.io.Serializable;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The last operator of a job, one instance behind all writers. Once a second it reads the
 * migration's progress from the ledger and shows it as metrics. Of a bounded run it also sees the
 * end: when every writer has flushed, its input ends, and once the final checkpoint has completed
 * it does what is left to do.
 */
final class ProgressOperator extends AbstractStreamOperator<Void>
        implements OneInputStreamOperator<AppliedCounts, Void>, BoundedOneInput {

    private static final long EVERY_MILLIS = 1000;

    /**
     * What is done at the end. Called again when the job failed between it and its last checkpoint.
     */
    interface Finish extends Serializable {
        void atEnd();
    }

    private final Run run;
    private final Finish finish;
    private transient Ledger ledger;
    private transient ProgressGauges gauges;
    private boolean ended;
    private boolean done;

    /**
     * @param finish null when the input never ends
     */
    ProgressOperator(Run run, Finish finish) {
        this.run = run;
        this.finish = finish;
    }

    @Override
    public void open() throws Exception {
        super.open();
        gauges = new ProgressGauges(getMetricGroup());
        ledger = new Ledger(run.ledger());
        look();
    }

    private void look() throws Exception {
        gauges.update(ledger.progressOf(run.migrationId()));
        long next = getProcessingTimeService().getCurrentProcessingTime() + EVERY_MILLIS;
        getProcessingTimeService().registerTimer(next, time -> look());
    }

    @Override
    public void processElement(StreamRecord<AppliedCounts> counts) {
        // The counts go to the ledger by another way; here only the end of them matters.
    }

    @Override
    public void endInput() {
        ended = true;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        if (ended && !done && finish != null) {
            done = true;
            finish.atEnd();
        }
    }

    @Override
    public void close() throws Exception {
        if (ledger != null) {
            ledger.close();
        }
        super.close();
    }
}
