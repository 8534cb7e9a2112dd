using Nulls;
using Nulls.Evaluation;
using Nulls.Text;
using Nulls.Training;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>Makes a desk of what its folder holds: loads the model, or trains it at the first start.</summary>
internal static class DeskOpening
{
    /// <exception cref="InvalidOperationException">The ledger or its key was lost: to begin a new one would undo what the old one ordered.</exception>
    public static Desk Open(DeskOptions options, TimeProvider time, ILoggerFactory logs, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        OwnedFolder.Create(options.Keys);
        var (sourceCount, generalCount, recipe) = Recipes.Of(options.Size, options.Seed);
        var hasModel = Directory.Exists(options.ModelFolder);
        var hasLedger = File.Exists(options.LedgerPath);
        if (hasModel && !hasLedger)
            throw new InvalidOperationException($"The ledger '{options.LedgerPath}' is missing, and a new one would undo what it ordered. Restore it from a copy, or delete the model folder '{options.ModelFolder}' as well to begin anew.");

        // A ledger without its key is an error that names the key.
        var key = hasLedger || File.Exists(options.LedgerKeyPath) ? LedgerKey.Load(options.LedgerKeyPath) : LedgerKey.Create(options.LedgerKeyPath);
        NullsBundle? model = null;
        try
        {
            var ledger = hasLedger ? UnlearningLedger.Open(options.LedgerPath, key, time) : null;
            var encyclopedia = FictionalEncyclopedia.Create(sourceCount, generalCount, options.Seed);
            if (hasModel)
            {
                model = NullsBundle.Load(options.ModelFolder);
            }
            else
            {
                // A model that is trained again must not learn what was unlearned before.
                var isLeftOut = ledger is null ? (Func<string, bool>)(_ => false) : ledger.IsUnlearned;
                model = NullsBundle.Train(
                    Corpus(encyclopedia, isLeftOut), recipe with { SourceSalt = ledger?.Genesis.SourceSalt ?? default }, progress, warn: null, cancellationToken);
                ledger ??= UnlearningLedger.Create(options.LedgerPath, key, model.Sources, model.ModelDigest, time);
                model.Save(options.ModelFolder);
            }

            // There is a ledger: it was opened, or made with the model.
            model = CarryOutErasures(model, ledger!, options);
            var library = Library.Of(encyclopedia, source => IsErased(ledger!, source));
            return new Desk(model, ledger!, key, library, options, time, logs);
        }
        catch
        {
            model?.Dispose();
            key.Dispose();
            throw;
        }
    }

    private static IEnumerable<Document> Corpus(FictionalEncyclopedia encyclopedia, Func<string, bool> isLeftOut) =>
        encyclopedia.Articles.Where(article => !isLeftOut(article.Source!)).Concat(encyclopedia.GeneralArticles.Select(text => new Document(text, null)));

    private static bool IsErased(UnlearningLedger ledger, string source) =>
        ledger.State.LastActions.TryGetValue(ledger.PseudonymOf(source), out var last) && last == LedgerAction.Erase;

    // Ordered, but the process ended before the new weights were saved; or another process ordered it.
    private static NullsBundle CarryOutErasures(NullsBundle model, UnlearningLedger ledger, DeskOptions options)
    {
        if (ledger.Resolve(model.Sources).Erased.Count == 0)
            return model;
        using (model)
        {
            var erased = model.EraseAsOrdered(ledger);
            erased.Save(options.ModelFolder);
            return erased;
        }
    }
}
