package io.godwit.testkit;

import io.godwit.model.LogEvent;
import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;

/**
 * Logs that hold every sequence up to their head, but for the gaps a test made. Heads can be moved
 * from another thread while it is read.
 */
public final class InMemoryEventLog implements EventLog<InMemoryEventLog.Numbered> {

    /** An event that is nothing but its place. */
    public record Numbered(int tag, long sequence, boolean live) implements LogEvent {}

    /** One call of {@link #read}. */
    public record Read(int tag, SequenceRange range, boolean live) {}

    private final Map<Integer, Long> heads = new ConcurrentHashMap<>();
    private final Set<Numbered> gaps = ConcurrentHashMap.newKeySet();
    private final List<Read> reads = new CopyOnWriteArrayList<>();
    private volatile RuntimeException outage;
    private volatile boolean closed;

    public InMemoryEventLog head(int tag, long head) {
        heads.put(tag, head);
        return this;
    }

    public InMemoryEventLog gap(int tag, long sequence) {
        gaps.add(new Numbered(tag, sequence, false));
        return this;
    }

    /** From now on every call fails with this. */
    public InMemoryEventLog outage(RuntimeException failure) {
        outage = failure;
        return this;
    }

    @Override
    public long head(int tag) {
        refuseOutage();
        return heads.getOrDefault(tag, 0L);
    }

    @Override
    public List<Numbered> read(int tag, SequenceRange asked, int limit, boolean live) {
        refuseOutage();
        SequenceRange range = asked.first(limit);
        reads.add(new Read(tag, range, live));
        if (range.until() > head(tag) + 1) {
            throw new IllegalStateException(range + " is above the head " + head(tag));
        }
        return LongStream.range(range.from(), range.until())
                .peek(sequence -> refuseGap(tag, sequence))
                .mapToObj(sequence -> new Numbered(tag, sequence, live))
                .toList();
    }

    private void refuseOutage() {
        if (outage != null) {
            throw outage;
        }
    }

    private void refuseGap(int tag, long sequence) {
        if (gaps.contains(new Numbered(tag, sequence, false))) {
            throw MigrationException.fatal(
                    "tag " + tag + " sequence " + sequence, "Gap: " + sequence + " is missing");
        }
    }

    public List<Read> reads() {
        return List.copyOf(reads);
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
