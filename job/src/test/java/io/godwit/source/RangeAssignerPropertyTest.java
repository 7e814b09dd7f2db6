package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Random runs with readers, checkpoints that complete or not, and crashes: in what survives, every
 * sequence is emitted exactly once, and applied-through claims only what a completed checkpoint
 * holds.
 */
final class RangeAssignerPropertyTest {

    /**
     * What a checkpoint holds: the assigner's state, the readers' splits, and what they emitted.
     */
    private record Checkpoint(
            byte[] assigner, Map<Long, EventLogSplit> splits, TreeSet<Long> emitted) {}

    /** One job over its lives; the head of the log moves on while it runs. */
    private static final class Run {
        private final Random random;
        private final boolean continuous;
        private final long start;
        private final long batch;
        private final long lastHead;
        private long head;
        private RangeAssigner assigner;
        private Map<Long, EventLogSplit> splits = new TreeMap<>();
        private TreeSet<Long> emitted = new TreeSet<>();
        private Checkpoint completed;
        private final List<Checkpoint> pending = new ArrayList<>();
        private int lives = 1;

        Run(long seed) throws IOException {
            random = new Random(seed);
            continuous = random.nextBoolean();
            start = 1 + random.nextInt(20);
            batch = 1 + random.nextInt(12);
            head = start - 1 + random.nextInt(60);
            lastHead = head + random.nextInt(30);
            assigner = RangeAssigner.fresh(0, batch, start, head + 1, continuous);
            completed = checkpoint();
        }

        private Checkpoint checkpoint() throws IOException {
            EnumeratorState state = new EnumeratorState(List.of(assigner.state()), Map.of());
            return new Checkpoint(
                    EnumeratorStateSerializer.INSTANCE.serialize(state),
                    new HashMap<>(splits),
                    new TreeSet<>(emitted));
        }

        void step() throws IOException {
            switch (random.nextInt(10)) {
                case 0 -> pending.add(checkpoint());
                case 1, 2 -> completeOne();
                case 3 -> head = Math.min(lastHead, head + 1);
                case 4 -> {
                    if (random.nextInt(4) == 0) {
                        crash();
                    }
                }
                case 5, 6 -> assign();
                default -> read();
            }
        }

        void assign() {
            Optional<EventLogSplit> split = assigner.nextRange().or(assigner::tail);
            split.ifPresent(
                    s -> assertThat(splits.put(s.range().from(), s)).as("twice: %s", s).isNull());
        }

        void read() {
            List<EventLogSplit> open =
                    splits.values().stream().filter(s -> !s.isFinished()).toList();
            if (open.isEmpty()) {
                return;
            }
            EventLogSplit split = open.get(random.nextInt(open.size()));
            long until = Math.min(split.range().until(), head + 1);
            long next = Math.min(until, split.next() + 1 + random.nextInt(4));
            for (long sequence = split.next(); sequence < next; sequence++) {
                assertThat(emitted.add(sequence)).as("%d twice", sequence).isTrue();
            }
            splits.put(split.range().from(), new EventLogSplit(0, split.range(), next));
        }

        /** Any pending one; those before it never complete then. */
        void completeOne() {
            if (pending.isEmpty()) {
                return;
            }
            int which = random.nextInt(pending.size());
            completed = pending.get(which);
            pending.subList(0, which + 1).clear();
            completed.splits.values().forEach(assigner::applied);
            assertThat(assigner.appliedThrough())
                    .isLessThanOrEqualTo(contiguous(completed.emitted));
        }

        private long contiguous(TreeSet<Long> sequences) {
            long through = start - 1;
            while (sequences.contains(through + 1)) {
                through++;
            }
            return through;
        }

        void crash() throws IOException {
            lives++;
            pending.clear();
            splits = new TreeMap<>(completed.splits);
            emitted = new TreeSet<>(completed.emitted);
            AssignerState state =
                    EnumeratorStateSerializer.INSTANCE
                            .deserialize(1, completed.assigner)
                            .assigners()
                            .get(0);
            assigner = RangeAssigner.restore(state, 1 + random.nextInt(12), continuous);
            assigner.extendBulk(head + 1);
        }

        /** Nothing goes wrong any more. */
        void finish() throws IOException {
            head = lastHead;
            crash();
            for (int i = 0; i < 4 * lastHead + 400; i++) {
                assign();
                read();
                if (i % 3 == 0) {
                    pending.add(checkpoint());
                    completeOne();
                }
            }
        }
    }

    @Test
    void nothingIsLostAndNothingIsDoubledWhateverCrashesWhenever() throws IOException {
        int lives = 0;
        for (long seed = 1; seed <= 400; seed++) {
            Run run = new Run(seed);
            try {
                for (int i = 0; i < 200; i++) {
                    run.step();
                }
                run.finish();
                lives += run.lives;
                assertThat(run.contiguous(run.emitted)).as("emitted").isEqualTo(run.lastHead);
                assertThat(run.emitted.stream().mapToLong(s -> s).max().orElse(run.start - 1))
                        .as("nothing above the head")
                        .isEqualTo(run.lastHead);
                assertThat(run.assigner.appliedThrough()).as("applied").isEqualTo(run.lastHead);
                assertThat(run.assigner.bulkDone()).isTrue();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(lives).as("crashes happened").isGreaterThan(1000);
    }
}
