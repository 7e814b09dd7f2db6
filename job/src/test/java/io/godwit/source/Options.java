package io.godwit.source;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Source options with only what a test is about; ranges of 10, pages of 4. */
final class Options {

    private Options() {}

    static SourceOptions continuous(Map<Integer, Long> starts) {
        return of(starts, Map.of(), true, Duration.ofHours(1), 1000);
    }

    static SourceOptions bounded(Map<Integer, Long> starts, Map<Integer, Long> ends) {
        return of(starts, ends, false, Duration.ofHours(1), 1000);
    }

    static SourceOptions withoutCheckpoints(Map<Integer, Long> starts, Map<Integer, Long> ends) {
        return of(starts, ends, false, Duration.ofHours(1), Long.MAX_VALUE);
    }

    static SourceOptions polling(Map<Integer, Long> starts, Duration pollInterval) {
        return of(starts, Map.of(), true, pollInterval, 1000);
    }

    private static SourceOptions of(
            Map<Integer, Long> starts,
            Map<Integer, Long> ends,
            boolean continuous,
            Duration pollInterval,
            long checkpointSize) {
        Map<Integer, Long> allEnds =
                starts.keySet().stream()
                        .collect(
                                Collectors.toMap(
                                        tag -> tag, tag -> ends.getOrDefault(tag, Long.MAX_VALUE)));
        return new SourceOptions(
                starts,
                allEnds,
                continuous,
                10,
                4,
                checkpointSize,
                1,
                Duration.ZERO,
                0,
                pollInterval,
                pollInterval);
    }
}
