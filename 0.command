tests/model/trace.sh mutex looks_after_the_unlock
