using Nulls.RanksApp;
using Nulls.Torch;

// What one rank does in the tests that mpirun starts: dotnet RanksApp.dll JOB FOLDER [...]; each rank writes FOLDER/rank-N.json.
NativeBackend.EnsureLoaded();
switch (args[0])
{
    case "collectives":
        Collectives.Run(args[1]);
        return 0;
    case "exchange":
        SinkExchange.Run(args[1]);
        return 0;
    case "train":
        RankedTraining.Run(args[1]);
        return 0;
    case "end":
        return Endings.Run(args[1], args[2]);
    default:
        Console.Error.WriteLine($"There is no job '{args[0]}'.");
        return 2;
}
