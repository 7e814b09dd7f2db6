package io.godwit.router;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An event store that also writes to a second one: source first, then the target when it can. The
 * caller waits for the source alone and gets its answer and its errors; the target's errors are
 * counted and the last 1,000 kept. Reads go to the source.
 *
 * <p>Any number of threads call it; one daemon thread writes to the target in the order in which
 * the source acknowledged, as far as callers can tell it. A mirrored append expects the version
 * that the source had, so the target never gets a stream with a hole. At most 10,000 appends wait;
 * more, those that the target refuses, and those that wait at a crash are missing there until
 * somebody copies them.
 *
 * <p>Godwit does not need it: its tail copies every event, and a target that Godwit has prepared
 * refuses the mirror (each append is then a counted failure that the tail heals). It is for targets
 * that nothing else fills.
 */
public final class DualWriteInterceptor implements EventStore, AutoCloseable {

    private static final int KEPT = 1_000;
    private static final int WAITING = 10_000;
    private static final long CLOSE_SECONDS = 10;

    private final EventStore source;
    private final EventStore target;
    private final WriteFailures failures = new WriteFailures(KEPT);
    private final ThreadPoolExecutor mirror;

    public DualWriteInterceptor(EventStore source, EventStore target) {
        this(source, target, WAITING);
    }

    DualWriteInterceptor(EventStore source, EventStore target, int waiting) {
        this.source = Objects.requireNonNull(source, "source");
        this.target = Objects.requireNonNull(target, "target");
        mirror =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(waiting),
                        task -> {
                            Thread thread = new Thread(task, "godwit dual write");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public AppendResult append(StreamId stream, List<NewEvent> events, ExpectedVersion expected) {
        List<NewEvent> batch = List.copyOf(events);
        AppendResult result = source.append(stream, batch, expected);
        MirroredAppend copy = new MirroredAppend(stream, batch, result);
        try {
            mirror.execute(copy);
        } catch (RejectedExecutionException e) {
            copy.failed(
                    mirror.isShutdown()
                            ? "the interceptor is closed"
                            : "the target is too slow: no room for more waiting appends");
        }
        return result;
    }

    /** One append that the source has, for the target. */
    private final class MirroredAppend implements Runnable {
        private final StreamId stream;
        private final List<NewEvent> events;
        private final AppendResult inSource;

        MirroredAppend(StreamId stream, List<NewEvent> events, AppendResult inSource) {
            this.stream = stream;
            this.events = events;
            this.inSource = inSource;
        }

        @Override
        public void run() {
            long before = inSource.newVersion() - events.size();
            try {
                target.append(stream, events, ExpectedVersion.exact(before));
            } catch (RuntimeException e) {
                failed(e.toString());
            }
        }

        void failed(String error) {
            List<UUID> ids = events.stream().map(NewEvent::eventId).toList();
            failures.add(new FailedWrite(Instant.now(), stream, ids, error, inSource.position()));
        }
    }

    @Override
    public List<RecordedEvent> readStream(StreamId stream, long fromVersion) {
        return source.readStream(stream, fromVersion);
    }

    @Override
    public long streamVersion(StreamId stream) {
        return source.streamVersion(stream);
    }

    @Override
    public FeedPage readAll(UUID tenantId, long afterPosition, int limit) {
        return source.readAll(tenantId, afterPosition, limit);
    }

    /** The last 1,000 failures, oldest first. */
    public List<FailedWrite> failedWrites() {
        return failures.history();
    }

    public FailureStats failureStats() {
        return failures.stats();
    }

    public void clearFailureHistory() {
        failures.clear();
    }

    /** Appends that the target has not been asked to take yet. */
    public int waiting() {
        return mirror.getQueue().size();
    }

    /** Waits at most 10 s for what waits; what is left then is counted as failed. */
    @Override
    public void close() {
        mirror.shutdown();
        try {
            mirror.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Runnable left : mirror.shutdownNow()) {
            ((MirroredAppend) left).failed("the interceptor was closed first");
        }
    }
}
