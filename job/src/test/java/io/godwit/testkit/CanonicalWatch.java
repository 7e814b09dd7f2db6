package io.godwit.testkit;

import io.godwit.testkit.ChainRows.EventRow;
import io.godwit.testkit.ChainRows.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/**
 * A reader of the target beside a copy: snapshot after snapshot it compares the canonical rows with
 * the events of the same snapshot, until it is closed. So it sees what a service would see.
 */
public final class CanonicalWatch implements AutoCloseable {

    private final CountDownLatch first = new CountDownLatch(1);
    private final CompletableFuture<Integer> snapshots;
    private volatile boolean open = true;

    /** Returns when the first snapshot has been looked at. */
    public CanonicalWatch(PostgresDatabase database) {
        snapshots = CompletableFuture.supplyAsync(() -> watch(database));
        try {
            first.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted before the first snapshot", e);
        }
    }

    private int watch(PostgresDatabase database) {
        int looked = 0;
        try (Connection connection = database.connect()) {
            do {
                ChainRows rows = ChainRows.read(connection);
                SortedMap<Place, String> claimed = claimed(rows);
                if (!rows.canonical().equals(claimed)) {
                    throw new AssertionError(
                            "Snapshot "
                                    + looked
                                    + ": canonical rows say "
                                    + difference(rows.canonical(), claimed)
                                    + ", the events say "
                                    + difference(claimed, rows.canonical()));
                }
                looked++;
                first.countDown();
            } while (open);
            return looked;
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot read " + database.url(), e);
        } finally {
            first.countDown();
        }
    }

    /** The canonical rule, from the rows themselves. */
    private static SortedMap<Place, String> claimed(ChainRows rows) {
        SortedMap<Place, SortedMap<Integer, String>> claims = new TreeMap<>();
        rows.events()
                .forEach(
                        (key, event) -> {
                            if (orphan(event)) {
                                return;
                            }
                            String block = event.block();
                            int tag = Integer.parseInt(block.substring(0, block.indexOf('/')));
                            SortedMap<Integer, String> byTag =
                                    claims.computeIfAbsent(
                                            new Place(tag, event.height()), p -> new TreeMap<>());
                            if (event.type().equals("BLOCK_ADDED")) {
                                byTag.put(key.eventTag(), block);
                            } else {
                                byTag.remove(key.eventTag());
                            }
                        });
        SortedMap<Place, String> canonical = new TreeMap<>();
        claims.forEach(
                (place, byTag) -> {
                    if (!byTag.isEmpty()) {
                        canonical.put(place, byTag.get(byTag.lastKey()));
                    }
                });
        return canonical;
    }

    private static boolean orphan(EventRow event) {
        return event.block().contains("/skipped/") && !event.hash().isEmpty();
    }

    private static List<String> difference(
            SortedMap<Place, String> here, SortedMap<Place, String> there) {
        return here.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(there.get(entry.getKey())))
                .map(Object::toString)
                .toList();
    }

    /** Ends the watch; throws what it saw, if it saw anything wrong. Returns the snapshots. */
    public int end() {
        open = false;
        try {
            return snapshots.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("The watch failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while ending the watch", e);
        }
    }

    @Override
    public void close() {
        open = false;
        snapshots.handle((looked, error) -> looked).join();
    }
}
