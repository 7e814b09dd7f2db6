package io.godwit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.testkit.FlinkProcessCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the web UI shows of a cluster's jobs, through the REST API that feeds it. */
record ClusterJobs(FlinkProcessCluster cluster) {

    private static final List<String> ALIVE =
            List.of("INITIALIZING", "CREATED", "RUNNING", "FAILING", "RESTARTING");

    /** The jobs of that name which have not ended. */
    List<String> running(String name) {
        List<String> ids = new ArrayList<>();
        for (JsonNode job : cluster.rest("/jobs/overview").path("jobs")) {
            if (job.path("name").asText().equals(name)
                    && ALIVE.contains(job.path("state").asText())) {
                ids.add(job.path("jid").asText());
            }
        }
        return ids;
    }

    boolean finished(String jobId) {
        return cluster.jobState(jobId).equals("FINISHED");
    }

    /** The names of the job's vertices: those of its operators, joined by arrows where chained. */
    List<String> vertices(String jobId) {
        List<String> names = new ArrayList<>();
        cluster.rest("/jobs/" + jobId)
                .path("vertices")
                .forEach(vertex -> names.add(vertex.path("name").asText()));
        return names;
    }

    /**
     * The operators' metrics by their names without the operators', each the highest of its
     * subtasks', as the metrics tab asks for them.
     */
    Map<String, Double> metrics(String jobId, List<String> names) {
        Map<String, Double> values = new TreeMap<>();
        for (JsonNode vertex : cluster.rest("/jobs/" + jobId).path("vertices")) {
            String path = "/jobs/" + jobId + "/vertices/" + vertex.path("id").asText();
            List<String> listed = new ArrayList<>();
            for (JsonNode entry : cluster.rest(path + "/subtasks/metrics")) {
                if (names.contains(lastPart(entry))) {
                    listed.add(entry.path("id").asText());
                }
            }
            if (!listed.isEmpty()) {
                String get = String.join(",", listed);
                cluster.rest(path + "/subtasks/metrics?agg=max&get=" + get)
                        .forEach(e -> values.put(lastPart(e), e.path("max").asDouble()));
            }
        }
        return values;
    }

    private static String lastPart(JsonNode metric) {
        String id = metric.path("id").asText();
        return id.substring(id.lastIndexOf('.') + 1);
    }

    /** The path from which the job was restored last; empty for a job that began anew. */
    Optional<String> restoredFrom(String jobId) {
        JsonNode restored = cluster.rest("/jobs/" + jobId + "/checkpoints").at("/latest/restored");
        return restored.isObject()
                ? Optional.of(restored.path("external_path").asText())
                : Optional.empty();
    }

    /** How often the job was restored in its life. */
    int restores(String jobId) {
        return cluster.rest("/jobs/" + jobId + "/checkpoints").at("/counts/restored").asInt();
    }

    void cancel(String jobId) {
        cluster.rest("PATCH", "/jobs/" + jobId + "?mode=cancel", "");
    }
}
