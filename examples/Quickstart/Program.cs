// Trains a language model in which every article owns some neurons, and makes it forget articles by never switching those on again.
//
//   dotnet run -c Release --project examples/Quickstart                            a fictional encyclopedia, whose every fact is known
//   dotnet run -c Release --project examples/Quickstart -- --corpus FILE.jsonl     real articles
//
// EncyclopediaStory and ArticleStory are the two runs, told in order; Recipes has all the sizes and rates.
using Nulls.Examples;

return AskAgain.IsAsked(args)
    ? AskAgain.Answer(args)
    : CommandLine.Run(args, options =>
    {
        Directory.CreateDirectory(options.Out);
        var report = options.Corpus is null ? EncyclopediaStory.Tell(options) : ArticleStory.Tell(options);
        report.Write(Path.Combine(options.Out, "report.json"));
    });
