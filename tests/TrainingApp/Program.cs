using Nulls.Model;
using Nulls.TrainingApp;

// What the tests kill. It says "begun" before its work and "done" after it.
//
//   TrainingApp train WORK_FOLDER STEPS_PER_CHECKPOINT MODEL_FOLDER PRECISION
//   TrainingApp store FOLDER
//   TrainingApp prove FOLDER
Line.Say("begun");
switch (args)
{
    case ["train", var work, var steps, var model, var precision]:
        TinyTraining.Run(work, int.Parse(steps), model, Enum.Parse<Precision>(precision));
        break;
    case ["store", var folder]:
        StoreBuild.Run(folder);
        break;
    case ["prove", var folder]:
        TinySuite.Run(folder);
        break;
    default:
        Console.Error.WriteLine($"There is no job '{string.Join(' ', args)}'.");
        return 2;
}

Line.Say("done");
return 0;
