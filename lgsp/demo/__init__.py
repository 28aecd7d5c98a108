"""The whole chain driven through HTTP as each role in turn (`./run demo`)."""
