package io.godwit.sink;

import io.godwit.model.LogEvent;
import io.godwit.port.TargetFactory;
import java.io.Serializable;
import java.util.Collection;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * The Sink V2 sink, written once over {@link io.godwit.port.Target}. The target's own transaction
 * commits the events; what goes through Flink's commit is the count of them, so that only counts of
 * completed checkpoints reach the ledger.
 */
public final class TargetSink<E extends LogEvent>
        implements Sink<E>,
                SupportsCommitter<AppliedCounts>,
                SupportsPostCommitTopology<AppliedCounts> {

    /** What the job does with counts of completed checkpoints, and when its input has ended. */
    public interface AfterCommit extends Serializable {
        void accept(DataStream<AppliedCounts> counts);
    }

    private final TargetFactory<E> targets;
    private final SinkOptions options;
    private final AfterCommit afterCommit;

    public TargetSink(TargetFactory<E> targets, SinkOptions options, AfterCommit afterCommit) {
        this.targets = targets;
        this.options = options;
        this.afterCommit = afterCommit;
    }

    @Override
    @SuppressWarnings("deprecation") // The old signature is still the interface's abstract one.
    public TargetWriter<E> createWriter(InitContext context) {
        throw new UnsupportedOperationException("Flink 1.20 calls createWriter(WriterInitContext)");
    }

    @Override
    public CommittingSinkWriter<E, AppliedCounts> createWriter(WriterInitContext context) {
        return new TargetWriter<>(
                targets.open(), options, context.getProcessingTimeService(), context.metricGroup());
    }

    @Override
    public Committer<AppliedCounts> createCommitter(CommitterInitContext context) {
        return new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<AppliedCounts>> requests) {
                // The events were committed by the target; the counts go on to the ledger.
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SimpleVersionedSerializer<AppliedCounts> getCommittableSerializer() {
        return AppliedCountsSerializer.INSTANCE;
    }

    @Override
    public void addPostCommitTopology(DataStream<CommittableMessage<AppliedCounts>> committed) {
        afterCommit.accept(
                committed
                        .<AppliedCounts>flatMap(
                                (message, out) -> {
                                    if (message
                                            instanceof CommittableWithLineage<AppliedCounts> one) {
                                        out.collect(one.getCommittable());
                                    }
                                })
                        .returns(TypeInformation.of(AppliedCounts.class))
                        .name("applied counts")
                        .uid("applied-counts"));
    }
}
