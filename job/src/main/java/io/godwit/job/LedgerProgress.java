package io.godwit.job;

import io.godwit.sink.AppliedCounts;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;

/** What follows the writers of a job: their counts into the ledger, its progress as metrics. */
final class LedgerProgress {

    private LedgerProgress() {}

    /**
     * @param counts of completed checkpoints
     * @param finish of a bounded job; null when the input never ends
     */
    static void follow(DataStream<AppliedCounts> counts, Run run, ProgressOperator.Finish finish) {
        counts.addSink(LedgerCounts.sink(run)).name("ledger counts").uid("ledger-counts");
        counts.transform("progress", Types.VOID, new ProgressOperator(run, finish))
                .uid("progress")
                .setParallelism(1)
                .setMaxParallelism(1)
                .disableChaining();
    }
}
