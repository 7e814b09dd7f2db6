package io.godwit.job;

import io.godwit.verify.Tally;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Where a comparison that is a Flink job runs. A comparison that is none does not ask for it. */
public interface JobPlace {

    Tally run(Comparing job) throws Exception;

    /** A bounded job. */
    interface Comparing {
        Tally in(StreamExecutionEnvironment env) throws Exception;
    }
}
