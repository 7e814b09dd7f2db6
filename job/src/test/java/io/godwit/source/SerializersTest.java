package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.SequenceRange;
import io.godwit.testkit.StoredState;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** State that a checkpoint holds can be read back, by this version and by later ones. */
final class SerializersTest {

    private static final EventLogSplit STORED_SPLIT =
            new EventLogSplit(2, new SequenceRange(5001, 10_001), 7777);

    private static final EnumeratorState STORED_STATE =
            new EnumeratorState(
                    List.of(
                            new AssignerState(
                                    0,
                                    1,
                                    30_001,
                                    15_001,
                                    List.of(
                                            new SequenceRange(5001, 10_001),
                                            new SequenceRange(10_001, 15_001))),
                            new AssignerState(
                                    2, 7, 7, 7, List.of(new SequenceRange(7, Long.MAX_VALUE)))),
                    Map.of(0, 30_500L, 2, 12L));

    static Stream<EventLogSplit> splits() {
        return Stream.of(
                STORED_SPLIT,
                EventLogSplit.of(0, new SequenceRange(1, 1)),
                EventLogSplit.tail(9, 123_456_789_012L),
                new EventLogSplit(-1, new SequenceRange(1, Long.MAX_VALUE), Long.MAX_VALUE - 1));
    }

    static Stream<EnumeratorState> states() {
        return Stream.of(STORED_STATE, new EnumeratorState(List.of(), Map.of()));
    }

    @ParameterizedTest
    @MethodSource("splits")
    void splitReadsBackAsItWas(EventLogSplit split) throws IOException {
        EventLogSplitSerializer serializer = EventLogSplitSerializer.INSTANCE;
        assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(split)))
                .isEqualTo(split);
    }

    @ParameterizedTest
    @MethodSource("states")
    void enumeratorStateReadsBackAsItWas(EnumeratorState state) throws IOException {
        EnumeratorStateSerializer serializer = EnumeratorStateSerializer.INSTANCE;
        assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(state)))
                .isEqualTo(state);
    }

    @Test
    void bytesOfVersionOneAreStillRead() throws IOException {
        assertThat(
                        EventLogSplitSerializer.INSTANCE.deserialize(
                                1, StoredState.bytes("event-log-split-v1.bin")))
                .isEqualTo(STORED_SPLIT);
        assertThat(
                        EnumeratorStateSerializer.INSTANCE.deserialize(
                                1, StoredState.bytes("enumerator-state-v1.bin")))
                .isEqualTo(STORED_STATE);
    }

    /** When this fails, the form has changed: raise the version and keep reading the old one. */
    @Test
    void thisVersionStillWritesTheFormOfVersionOne() throws IOException {
        assertThat(EventLogSplitSerializer.INSTANCE.getVersion()).isEqualTo(1);
        assertThat(EventLogSplitSerializer.INSTANCE.serialize(STORED_SPLIT))
                .isEqualTo(StoredState.bytes("event-log-split-v1.bin"));
        assertThat(EnumeratorStateSerializer.INSTANCE.getVersion()).isEqualTo(1);
        assertThat(EnumeratorStateSerializer.INSTANCE.serialize(STORED_STATE))
                .isEqualTo(StoredState.bytes("enumerator-state-v1.bin"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 99})
    void versionThatIsNotKnownIsRefusedByNumber(int version) throws IOException {
        byte[] split = StoredState.bytes("event-log-split-v1.bin");
        byte[] state = StoredState.bytes("enumerator-state-v1.bin");
        assertThatIOException()
                .isThrownBy(() -> EventLogSplitSerializer.INSTANCE.deserialize(version, split))
                .withMessageContaining("version " + version);
        assertThatIOException()
                .isThrownBy(() -> EnumeratorStateSerializer.INSTANCE.deserialize(version, state))
                .withMessageContaining("version " + version);
    }

    @Test
    void bytesThatWereCutOffAreRefused() throws IOException {
        byte[] split = StoredState.bytes("event-log-split-v1.bin");
        byte[] state = StoredState.bytes("enumerator-state-v1.bin");
        for (int length = 0; length < split.length; length++) {
            byte[] cut = Arrays.copyOf(split, length);
            assertThatIOException()
                    .isThrownBy(() -> EventLogSplitSerializer.INSTANCE.deserialize(1, cut));
        }
        for (int length = 0; length < state.length; length++) {
            byte[] cut = Arrays.copyOf(state, length);
            assertThatThrownBy(() -> EnumeratorStateSerializer.INSTANCE.deserialize(1, cut))
                    .as("%d of %d bytes", length, state.length)
                    .isInstanceOf(IOException.class);
        }
    }
}
