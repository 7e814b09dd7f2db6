package io.godwit.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** A call on a thread of its own, for calls that wait for somebody else. */
public final class Waiting<T> implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final FutureTask<T> task;
    private final Thread thread;

    private Waiting(Callable<T> call) {
        task = new FutureTask<>(call);
        thread = new Thread(task, "waiting");
        thread.setDaemon(true);
        thread.start();
    }

    public static <T> Waiting<T> on(Callable<T> call) {
        return new Waiting<>(call);
    }

    /** Returns when the call waits, with or without a time limit. */
    public Waiting<T> awaitParked() {
        Awaitility.await("the call waits")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(
                        () ->
                                thread.getState() == Thread.State.WAITING
                                        || thread.getState() == Thread.State.TIMED_WAITING);
        return this;
    }

    public T result() throws InterruptedException, TimeoutException, ExecutionException {
        return task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    public boolean done() {
        return task.isDone();
    }

    public void interrupt() {
        thread.interrupt();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
