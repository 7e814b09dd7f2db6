package io.godwit.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Flink's REST interface, just enough of it to watch a cluster. */
final class FlinkRest {

    private final String url;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    FlinkRest(String url) {
        this.url = url;
    }

    JsonNode get(String path) {
        return send("GET", path, BodyPublishers.noBody());
    }

    JsonNode send(String method, String path, String body) {
        return send(method, path, BodyPublishers.ofString(body));
    }

    boolean allSubtasksRun(String jobId) {
        return get("/jobs/" + jobId).path("state").asText().equals("RUNNING")
                && subtasks(jobId).stream().allMatch(FlinkRest::runs);
    }

    /** The id of the TaskManager that runs most of the job's subtasks. */
    String busiestTaskManager(String jobId) {
        return subtasks(jobId).stream()
                .filter(FlinkRest::runs)
                .collect(
                        Collectors.groupingBy(
                                subtask -> subtask.path("taskmanager-id").asText(),
                                Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow(
                        () -> new IllegalStateException("No subtask of job " + jobId + " runs"));
    }

    private List<JsonNode> subtasks(String jobId) {
        List<JsonNode> subtasks = new ArrayList<>();
        for (JsonNode vertex : get("/jobs/" + jobId).path("vertices")) {
            get("/jobs/" + jobId + "/vertices/" + vertex.path("id").asText())
                    .path("subtasks")
                    .forEach(subtasks::add);
        }
        return subtasks;
    }

    private static boolean runs(JsonNode subtask) {
        return subtask.path("status").asText().equals("RUNNING");
    }

    private JsonNode send(String method, String path, BodyPublisher body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .method(method, body)
                        .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new IllegalStateException(
                        method
                                + " "
                                + path
                                + " answered "
                                + response.statusCode()
                                + ": "
                                + response.body());
            }
            return json.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + url + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted at " + path, e);
        }
    }
}
