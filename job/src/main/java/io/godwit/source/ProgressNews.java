package io.godwit.source;

import io.godwit.model.TagProgress;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;

/** From the enumerator to the readers after a completed checkpoint, for their metrics. */
record ProgressNews(List<TagProgress> tags) implements SourceEvent {

    ProgressNews {
        tags = List.copyOf(tags);
    }
}
