package io.godwit.reorg;

import io.godwit.model.ChainEvent;
import io.godwit.model.ChainEventShape;
import io.godwit.model.RankedEvent;
import io.godwit.model.Standing;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Ranks events at their (block tag, height): the highest sequence seen there decides which block is
 * canonical. The rule is commutative, so ranges may arrive in any order.
 *
 * <p>Sequences of different event tags count separately, so each log has its own newest event at a
 * height: its claim if it is an ADDED, no claim if it is a REMOVED. The claim of the highest event
 * tag wins. So a REMOVED takes back its own log's claim only, and never another's.
 *
 * <p>What survives a crash: the state is in checkpoints. When it is lost altogether, events come
 * out as FIRST that are not; the target does not trust that word, it repeats the rule in SQL.
 */
public final class ReorgFunction
        extends KeyedProcessFunction<Tuple2<Integer, Long>, ChainEvent, RankedEvent> {

    static final ValueStateDescriptor<long[]> NEWEST =
            new ValueStateDescriptor<>(
                    "newest-events", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);

    private static final long[] NOTHING = {};

    private transient ValueState<long[]> newest;

    /** (block tag, height): a tuple, because a record's hash code may change with the JDK. */
    public static KeySelector<ChainEvent, Tuple2<Integer, Long>> byHeight() {
        return event -> Tuple2.of(event.blockTag(), event.height());
    }

    public static TypeInformation<Tuple2<Integer, Long>> keyType() {
        return TypeInformation.of(new TypeHint<>() {});
    }

    @Override
    public void open(OpenContext context) {
        newest = getRuntimeContext().getState(NEWEST);
    }

    @Override
    public void processElement(ChainEvent event, Context context, Collector<RankedEvent> out)
            throws Exception {
        if (event.shape() == ChainEventShape.ORPHAN) {
            out.collect(new RankedEvent(event, Standing.UNDECIDING));
            return;
        }
        long[] known = newest.value();
        long[] seen = known == null ? NOTHING : known;
        Standing standing = rank(seen, event);
        if (standing != Standing.SUPERSEDED) {
            newest.update(HeightState.with(seen, event.tag(), event.sequence()));
        }
        out.collect(new RankedEvent(event, standing));
    }

    private static Standing rank(long[] seen, ChainEvent event) {
        if (seen.length == 0) {
            return Standing.FIRST;
        }
        return HeightState.newest(seen, event.tag()) < event.sequence()
                ? Standing.NEWEST
                : Standing.SUPERSEDED;
    }
}
