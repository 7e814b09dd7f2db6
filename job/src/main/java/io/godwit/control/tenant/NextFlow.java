package io.godwit.control.tenant;

/** Starts the job of the flow that the routes now ask for, where jobs of this migration run. */
public interface NextFlow {

    void start() throws Exception;
}
