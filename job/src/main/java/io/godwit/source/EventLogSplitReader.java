package io.godwit.source;

import io.godwit.model.LogEvent;
import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import io.godwit.port.FailureLog;
import io.godwit.port.StopForGood;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;

/**
 * Reads pages of an {@link EventLog} on the fetcher thread. Bulk splits are read one after the
 * other; tail splits take turns. Only {@link #wakeUp} is called from another thread.
 */
final class EventLogSplitReader<E extends LogEvent> implements SplitReader<E, EventLogSplit> {

    private final EventLog<E> log;
    private final SourceOptions options;
    private final CheckpointBudget budget;
    private final BulkPace pace;
    private final FailureLog failures;
    private final Deque<EventLogSplitState> splits = new ArrayDeque<>();
    private int idleTurns;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private boolean woken;

    EventLogSplitReader(
            EventLog<E> log,
            SourceOptions options,
            CheckpointBudget budget,
            BulkPace pace,
            FailureLog failures) {
        this.log = log;
        this.options = options;
        this.budget = budget;
        this.pace = pace;
        this.failures = failures;
    }

    @Override
    public RecordsWithSplitIds<E> fetch() throws IOException {
        RecordsBySplits.Builder<E> records = new RecordsBySplits.Builder<>();
        EventLogSplitState state = splits.poll();
        if (state == null) {
            return records.build();
        }
        EventLogSplit split = state.toSplit();
        if (split.isFinished()) {
            records.addFinishedSplit(split.splitId());
            return records.build();
        }
        boolean read = false;
        try {
            boolean ahead = split.isTail() && readAhead(split, records);
            long until = split.isTail() ? log.head(split.tag()) + 1 : split.range().until();
            if (split.isTail() && log.dense()) {
                refuseMovedBack(split, until - 1);
            }
            if (split.next() < until) {
                read = readPage(split, state, until, records);
                idleTurns = 0;
            } else if (ahead) {
                idleTurns = 0;
            } else if (++idleTurns > splits.size()) {
                idleTurns = 0;
                pause(options.tailPoll().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while reading " + split.splitId(), e);
        } catch (MigrationException e) {
            failures.record(e);
            throw StopForGood.orRetry(e);
        }
        if (read && state.toSplit().isFinished()) {
            records.addFinishedSplit(split.splitId());
            pauseBetweenRanges();
        } else if (split.isTail()) {
            splits.addLast(state);
        } else {
            splits.addFirst(state);
        }
        return records.build();
    }

    /** What a tail has before its turn: the split stays where it is. */
    private boolean readAhead(EventLogSplit split, RecordsBySplits.Builder<E> records)
            throws InterruptedException {
        if (!log.readsAhead()) {
            return false;
        }
        int granted = budget.take(options.pageSize());
        if (granted == 0) {
            return false;
        }
        List<E> events = log.ahead(split.tag(), split.next(), granted);
        budget.giveBack(granted - events.size());
        for (E event : events) {
            if (!event.isAhead() || event.isMark()) {
                throw new IllegalStateException("The log gave " + event + " ahead of its turn");
            }
            records.add(split.splitId(), event);
        }
        return !events.isEmpty();
    }

    private boolean readPage(
            EventLogSplit split,
            EventLogSplitState state,
            long until,
            RecordsBySplits.Builder<E> records)
            throws InterruptedException {
        int wanted = (int) Math.min(options.pageSize(), until - split.next());
        int granted = budget.take(wanted);
        if (granted == 0) {
            return false;
        }
        if (!split.isTail()) {
            pace.take(granted);
        }
        List<E> events =
                log.read(
                        split.tag(),
                        new SequenceRange(split.next(), until),
                        granted,
                        split.isTail());
        check(split, until, events);
        budget.giveBack(granted - (int) events.stream().filter(e -> !e.isMark()).count());
        for (E event : events) {
            records.add(split.splitId(), event);
            state.emitted(event.sequence());
        }
        return true;
    }

    /** What a log may give is stated by the port; a log that does not keep to it loses events. */
    private void check(EventLogSplit split, long until, List<E> events) {
        long next = split.next();
        for (E event : events) {
            boolean inOrder = log.dense() ? event.sequence() == next : event.sequence() >= next;
            if (!inOrder || event.sequence() >= until) {
                throw new IllegalStateException(
                        "The log of tag "
                                + split.tag()
                                + " gave "
                                + event.sequence()
                                + " for ["
                                + next
                                + ", "
                                + until
                                + ")");
            }
            next = event.sequence() + 1;
        }
        if (next == split.next()) {
            throw new IllegalStateException(
                    "The log gave nothing for [" + next + ", " + until + ") of tag " + split.tag());
        }
    }

    private static void refuseMovedBack(EventLogSplit split, long head) {
        if (head < split.next() - 1) {
            throw MovedBack.error(split.tag(), split.next() - 1, head);
        }
    }

    private void pauseBetweenRanges() throws IOException {
        if (options.backoffInterval().isZero()) {
            return;
        }
        try {
            pause(options.backoffInterval().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted between two ranges", e);
        }
    }

    private void pause(long millis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!woken && left > 0) {
                left = wake.awaitNanos(left);
            }
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void handleSplitsChanges(SplitsChange<EventLogSplit> change) {
        if (!(change instanceof SplitsAddition)) {
            throw new UnsupportedOperationException("Splits are only added: " + change);
        }
        for (EventLogSplit split : change.splits()) {
            splits.addLast(new EventLogSplitState(split));
        }
    }

    @Override
    public void wakeUp() {
        budget.wakeUp();
        lock.lock();
        try {
            woken = true;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
