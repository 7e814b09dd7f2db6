package io.godwit.job;

import io.godwit.sink.AppliedCounts;
import java.io.Serializable;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The last operator of a bounded run, one instance behind all writers. Its input ends when every
 * writer has flushed; what must happen then is done once the last checkpoint has completed.
 */
final class FinishOperator extends AbstractStreamOperator<Void>
        implements OneInputStreamOperator<AppliedCounts, Void>, BoundedOneInput {

    /** What is done at the end. Called again when the job failed between it and its last checkpoint. */
    interface Finish extends Serializable {
        void atEnd();
    }

    private final Finish finish;
    private boolean ended;
    private boolean done;

    FinishOperator(Finish finish) {
        this.finish = finish;
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
        if (ended && !done) {
            done = true;
            finish.atEnd();
        }
    }
}
