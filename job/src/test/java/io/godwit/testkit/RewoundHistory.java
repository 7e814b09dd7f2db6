package io.godwit.testkit;

import java.util.List;

/**
 * A history whose watermark an operator set back: what follows is written under the same sequences
 * again, with other content.
 */
public final class RewoundHistory {

    private RewoundHistory() {}

    /** The history through this sequence, ready to grow differently. */
    public static ChainHistory of(ChainHistory history, long last) {
        List<Event> kept = history.events(1, last + 1);
        Event first = kept.get(0);
        ChainHistory rewound =
                ChainHistory.startingAt(history.eventTag(), first.blockTag(), first.height());
        for (Event event : kept) {
            rewound.replay(event, history.block(event).orElseThrow(), !event.orphanMarkedSkipped());
        }
        return rewound.blockTag(kept.get(kept.size() - 1).blockTag()).branch("rewound-" + last);
    }
}
