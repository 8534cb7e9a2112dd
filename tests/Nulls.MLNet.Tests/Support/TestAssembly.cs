// Live tensors are counted by process, and the network's own threads fill the cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
