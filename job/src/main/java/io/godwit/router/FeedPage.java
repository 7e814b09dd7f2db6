package io.godwit.router;

import java.util.List;

/**
 * Events of a tenant in the order of the store that answered.
 *
 * @param storeId the store whose positions these are. A subscriber keeps it beside its position;
 *     when it changes, the page was read after a position of another store: throw it away and go on
 *     from the translated position
 */
public record FeedPage(String storeId, List<RecordedEvent> events) {

    public FeedPage {
        events = List.copyOf(events);
    }
}
