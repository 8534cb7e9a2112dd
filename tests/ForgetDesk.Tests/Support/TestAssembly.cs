// One desk is trained for all tests, and torch's threads fill the cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
