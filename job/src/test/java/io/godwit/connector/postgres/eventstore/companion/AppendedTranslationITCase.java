package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.ACME;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.OTHER;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.companion.AppendedPositions.Answer;
import io.godwit.connector.postgres.eventstore.companion.CompanionStore.Placed;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * No consumer misses an event, in whatever order the target has appended them: of random histories
 * of two tenants that move among others, copied in order, nearly in order, stream by stream or in
 * no order at all.
 */
final class AppendedTranslationITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final String SECOND = "00000000-0000-4000-8000-000000000002";
    private static final Set<String> MOVING = Set.of(ACME, SECOND);

    private static CompanionStore source;
    private static CompanionStore target;

    @BeforeAll
    static void stores() {
        source = CompanionStore.create(STORES, "shared", StoreVariant.CURRENT);
        target = CompanionStore.create(STORES, "dedicated", StoreVariant.CURRENT);
    }

    @RepeatedTest(25)
    void noEventAfterACheckpointIsAtOrBelowItsTranslation() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Placed> events = history(random);
        List<Placed> moving = events.stream().filter(e -> MOVING.contains(e.tenant())).toList();
        Map<String, Long> there = append(random, moving);
        source.run("TRUNCATE events, projection_checkpoints");
        target.run("TRUNCATE events, projection_checkpoints");
        source.put(events);
        List<Placed> copied = new ArrayList<>();
        moving.forEach(e -> copied.add(new Placed(there.get(e.event()), e.event(), e.tenant())));
        long rest = copied.size() * 3L + 7;
        copied.add(new Placed(rest, event("of the target's own"), OTHER));
        target.put(copied);
        Map<String, Long> asked = new TreeMap<>();
        for (int i = 0; i < 8 && !moving.isEmpty(); i++) {
            Placed last = moving.get(i == 0 ? moving.size() - 1 : random.nextInt(moving.size()));
            asked.put("subscription " + i, last.position());
            source.consumed("subscription " + i, last.event(), last.position());
        }
        long through = moving.isEmpty() ? 0 : moving.get(moving.size() - 1).position();

        List<Checkpoint> translated =
                new SubscriptionTranslation(
                                source.spec(),
                                target.spec(),
                                List.copyOf(asked.keySet()),
                                List.copyOf(MOVING),
                                OptionalLong.empty(),
                                "translate")
                        .apply(through);

        assertThat(translated).as("seed %d", seed).hasSameSizeAs(asked.keySet());
        Map<Long, Answer> byPages = byPages(1 + random.nextInt(4), asked.values(), through);
        for (Checkpoint checkpoint : translated) {
            long p = asked.get(checkpoint.name());
            long q = PositionToken.parse(target.stored(checkpoint.name())).position();
            assertThat(checkpoint.to()).as("seed %d", seed).hasValue(q);
            assertThat(moving.stream().filter(e -> e.position() > p).map(e -> there.get(e.event())))
                    .as("seed %d: not had at %d, so above %d", seed, p, q)
                    .allMatch(position -> position > q);
            assertThat(q)
                    .as("seed %d: and nothing is repeated that need not be, at %d", seed, p)
                    .isEqualTo(highest(moving, there, p));
            assertThat(byPages.get(p)).as("seed %d", seed).isEqualTo(new Answer(q, 0));
        }
    }

    private static Map<Long, Answer> byPages(int size, Collection<Long> asked, long through)
            throws SQLException {
        try (Connection from = source.database().connect();
                Connection to = target.database().connect()) {
            return new AppendedPositions(events(from, source), events(to, target), size)
                    .of(asked, through);
        }
    }

    private static TenantEvents events(Connection connection, CompanionStore store)
            throws SQLException {
        return new TenantEvents(
                connection,
                TenantEvents.requireStore(connection, store.spec()),
                List.copyOf(MOVING));
    }

    private static long highest(List<Placed> moving, Map<String, Long> there, long p) {
        return moving.stream()
                .filter(e -> e.position() > p)
                .mapToLong(e -> there.get(e.event()) - 1)
                .min()
                .orElse(there.values().stream().mapToLong(v -> v).max().orElse(0));
    }

    private static List<Placed> history(Random random) {
        List<Placed> events = new ArrayList<>();
        long position = 0;
        List<String> tenants = List.of(ACME, SECOND, OTHER);
        int size = random.nextInt(120);
        for (int i = 0; i < size; i++) {
            position += 1 + random.nextInt(random.nextBoolean() ? 1 : 5);
            String tenant = tenants.get(random.nextInt(tenants.size()));
            events.add(new Placed(position, event(random.nextLong()), tenant));
        }
        return events;
    }

    /** Positions of the target by event, with gaps. */
    private static Map<String, Long> append(Random random, List<Placed> moving) {
        List<Placed> order = new ArrayList<>(moving);
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> {
                for (int i = 0; i + 1 < order.size(); i += 1 + random.nextInt(6)) {
                    Collections.swap(order, i, i + 1);
                }
            }
            case 2 -> order.sort((a, b) -> a.tenant().compareTo(b.tenant()));
            default -> Collections.shuffle(order, random);
        }
        Map<String, Long> there = new HashMap<>();
        long position = random.nextInt(3);
        for (Placed event : order) {
            position += 1 + random.nextInt(3);
            there.put(event.event(), position);
        }
        return there;
    }
}
