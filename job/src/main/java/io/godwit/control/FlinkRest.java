package io.godwit.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.model.MigrationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** The few calls of Flink's REST API that Godwit makes. Safe for use by many threads. */
public final class FlinkRest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration UNTIL_IT_RUNS = Duration.ofSeconds(30);
    private static final int UNKNOWN = 404;
    private static final int ENDED_ALREADY = 409;
    private static final int UNAVAILABLE = 503;
    private static final Set<String> ENDED = Set.of("FINISHED", "FAILED", "CANCELED");

    private final String url;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    /**
     * @param url like http://127.0.0.1:8081
     */
    public FlinkRest(String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** The job's state as Flink names it; empty when this cluster does not know it. */
    public Optional<String> jobState(String jobId) {
        HttpResponse<String> response = send("GET", "/jobs/" + jobId, null);
        if (response.statusCode() == UNKNOWN) {
            return Optional.empty();
        }
        return Optional.of(json(response).get("state").asText());
    }

    /** Whether this cluster knows the job, and it has not come to an end. */
    public boolean lives(String jobId) {
        return jobState(jobId).filter(state -> !ENDED.contains(state)).isPresent();
    }

    /** The path of the job's newest retained checkpoint. */
    public Optional<String> latestCheckpoint(String jobId) {
        JsonNode latest =
                json(send("GET", "/jobs/" + jobId + "/checkpoints", null))
                        .path("latest")
                        .path("completed")
                        .path("external_path");
        return latest.isTextual() ? Optional.of(latest.asText()) : Optional.empty();
    }

    /** A setting of the cluster. */
    public Optional<String> setting(String key) {
        for (JsonNode entry : json(send("GET", "/jobmanager/config", null))) {
            if (entry.get("key").asText().equals(key)) {
                return Optional.of(entry.get("value").asText());
            }
        }
        return Optional.empty();
    }

    /** Task slots that the cluster has, used or not. */
    public int slots() {
        return json(send("GET", "/overview", null)).get("slots-total").asInt();
    }

    /**
     * Stops the job with a savepoint and waits for both.
     *
     * @param directory where to put it; null for the cluster's own directory
     * @return the savepoint's path
     * @throws MigrationException RECOVERABLE when Flink could not, with its reason
     */
    public String stopWithSavepoint(String jobId, String directory, Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        long ready = System.nanoTime() + Math.min(most.toNanos(), UNTIL_IT_RUNS.toNanos());
        while (!everyTaskRuns(jobId) && System.nanoTime() < ready) {
            // Just started or just restarted: a savepoint now would be refused.
            LockSupport.parkNanos(POLL.toNanos());
        }
        ObjectNode body = JSON.createObjectNode().put("drain", false);
        if (directory != null) {
            body.put("targetDirectory", directory);
        }
        String trigger =
                json(send("POST", "/jobs/" + jobId + "/stop", body.toString()))
                        .get("request-id")
                        .asText();
        while (System.nanoTime() < deadline) {
            JsonNode status = json(send("GET", "/jobs/" + jobId + "/savepoints/" + trigger, null));
            if (status.path("status").path("id").asText().equals("COMPLETED")) {
                JsonNode operation = status.get("operation");
                if (operation.has("location")) {
                    return operation.get("location").asText();
                }
                throw MigrationException.refused(
                        jobId,
                        "Flink did not stop the job with a savepoint: "
                                + firstLine(
                                        operation
                                                .path("failure-cause")
                                                .path("stack-trace")
                                                .asText()));
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        throw MigrationException.refused(
                jobId, "The savepoint of job " + jobId + " was not done within " + most);
    }

    /** True also of a job that has ended: it will not come to run by waiting. */
    private boolean everyTaskRuns(String jobId) {
        JsonNode job = json(send("GET", "/jobs/" + jobId, null));
        Set<String> starting = Set.of("CREATED", "SCHEDULED", "DEPLOYING", "INITIALIZING");
        boolean all = !job.path("state").asText().equals("RESTARTING");
        for (JsonNode vertex : job.path("vertices")) {
            all &= !starting.contains(vertex.path("status").asText());
        }
        return all;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("no reason given");
    }

    /** Does nothing to a job that this cluster does not know, or that has ended meanwhile. */
    public void cancel(String jobId) {
        HttpResponse<String> response = send("PATCH", "/jobs/" + jobId + "?mode=cancel", null);
        if (response.statusCode() != UNKNOWN && response.statusCode() != ENDED_ALREADY) {
            json(response);
        }
    }

    private JsonNode json(HttpResponse<String> response) {
        try {
            if (response.statusCode() / 100 != 2) {
                throw MigrationException.refused(
                        url,
                        "Flink at "
                                + url
                                + " answered "
                                + response.statusCode()
                                + " to "
                                + response.request().uri().getPath()
                                + ": "
                                + firstLine(response.body()));
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Flink at " + url + " gave no JSON: " + response.body(), e);
        }
    }

    /** While a cluster elects its leader, which it does when it starts, it asks for patience. */
    private HttpResponse<String> send(String method, String path, String body) {
        long deadline = System.nanoTime() + UNTIL_IT_RUNS.toNanos();
        HttpResponse<String> response = sendOnce(method, path, body);
        while (response.statusCode() == UNAVAILABLE && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL.toNanos());
            response = sendOnce(method, path, body);
        }
        return response;
    }

    private HttpResponse<String> sendOnce(String method, String path, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw MigrationException.transientFailure(
                    url, "Flink at " + url + " cannot be reached: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MigrationException.transientFailure(url, "Interrupted while asking Flink", e);
        }
    }
}
