package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.MigrationException;
import java.sql.SQLException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A snapshot of each store, asked at the same time on two threads of its own. When one fails, the
 * other one is not waited for.
 *
 * <p>The target's snapshot is older than the source's: whatever was copied before it is in the
 * source's too, however fast the copying goes.
 */
final class BothStores implements AutoCloseable {

    private final StoreSnapshot source;
    private final StoreSnapshot target;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    2,
                    task -> {
                        Thread thread = new Thread(task, "godwit comparison");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** Both are closed with this. */
    BothStores(StoreSnapshot source, StoreSnapshot target) {
        this.source = source;
        this.target = target;
    }

    record Pair<T>(T source, T target) {}

    interface Question<T> {
        T ask(StoreSnapshot store, boolean isSource) throws SQLException;
    }

    StoreSnapshot source() {
        return source;
    }

    StoreSnapshot target() {
        return target;
    }

    <T> Pair<T> ask(Question<T> question) {
        CompletionService<T> running = new ExecutorCompletionService<>(threads);
        Future<T> ofSource = running.submit(() -> question.ask(source, true));
        Future<T> ofTarget = running.submit(() -> question.ask(target, false));
        boolean both = false;
        try {
            Future<T> first = running.take();
            first.get();
            running.take().get();
            both = true;
            return new Pair<>(ofSource.get(), ofTarget.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MigrationException.transientFailure(
                    "comparison", "Interrupted while comparing the stores", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw PostgresErrors.of("Comparing the stores", sql);
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            if (!both) {
                source.cancel();
                target.cancel();
            }
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        source.close();
        target.close();
    }
}
