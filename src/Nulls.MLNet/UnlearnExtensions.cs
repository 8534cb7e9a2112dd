using Nulls;
using Nulls.Inference;
using Nulls.MLNet;
using Nulls.MLNet.Persistence;
using Nulls.Unlearning;

namespace Microsoft.ML;

/// <summary>Unlearning on whatever holds a NULLs model: a <see cref="NullsTransformer"/>, a chain with one or more inside, or what <c>ml.Model.Load</c> returns.</summary>
/// <remarks>
/// Every method that changes something returns a new model and leaves the given one as it was; both must be disposed. Nothing is trained.
/// They share the weights, and so it takes no time; <c>Erase</c> and <c>Compact</c> alone make new weights. The other transformers of a chain are shared too, with their scopes kept. A
/// chain's <c>Dispose</c> disposes all that it holds: where another of its transformers needs disposal, do it once both chains are done.
/// </remarks>
public static class UnlearnExtensions
{
    /// <summary>Returns a model in which the sinks of these sources never run again.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sourceKeys">The sources' keys, as they stood in the source column. In a chain of several models each forgets those that it knows.</param>
    /// <exception cref="ArgumentException">No key is given, a key is empty or unknown (the message names them), or <paramref name="model"/> holds no NULLs model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Unlearn<TModel>(this TModel model, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer =>
        ChangeSources(model, sourceKeys, "unlearn", static (bundle, keys) => bundle.Unlearn(keys));

    /// <summary>Returns a model in which the sinks of the sources that a predicate chooses never run again.</summary>
    /// <param name="model">The model, trained with <see cref="NullsOptions.KeepSourceKeys"/>.</param>
    /// <param name="predicate">Whether to unlearn the source of a key.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> holds no NULLs model.</exception>
    /// <exception cref="InvalidOperationException">The model keeps no keys.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Unlearn<TModel>(this TModel model, Func<string, bool> predicate) where TModel : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return Change(model, transformer => transformer.Bundle.Unlearn(predicate));
    }

    /// <summary>Returns a model in which the sinks of these sources run as before they were unlearned.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sourceKeys">The sources' keys. One that is not unlearned stays as it is.</param>
    /// <exception cref="ArgumentException">No key is given, a key is empty or unknown (the message names them), or <paramref name="model"/> holds no NULLs model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Restore<TModel>(this TModel model, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer =>
        ChangeSources(model, sourceKeys, "restore", static (bundle, keys) => bundle.Restore(keys));

    /// <summary>Records in a ledger that the sinks of these sources are never to run, and returns a model that obeys the ledger.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <param name="sourceKeys">The sources' keys, as they stood in the source column.</param>
    /// <exception cref="ArgumentException">A key is missing, empty or unknown, <paramref name="model"/> does not hold exactly one NULLs model, the request breaks a rule, or the ledger is of another model. Nothing was recorded.</exception>
    /// <exception cref="IOException">The ledger cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Unlearn<TModel>(this TModel model, UnlearningLedger ledger, LedgerRequest request, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer
    {
        OnePart(model);
        return ChangeSources(model, sourceKeys, "unlearn", (bundle, keys) => bundle.Unlearn(keys, ledger, request));
    }

    /// <summary>Records in a ledger that the sinks of these sources run again, and returns a model that obeys the ledger.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <param name="sourceKeys">The sources' keys, as they stood in the source column.</param>
    /// <exception cref="ArgumentException">A key is missing, empty or unknown, <paramref name="model"/> does not hold exactly one NULLs model, the request breaks a rule, or the ledger is of another model. Nothing was recorded.</exception>
    /// <exception cref="InvalidOperationException">The ledger says that a source is erased.</exception>
    /// <exception cref="IOException">The ledger cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Restore<TModel>(this TModel model, UnlearningLedger ledger, LedgerRequest request, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer
    {
        OnePart(model);
        return ChangeSources(model, sourceKeys, "restore", (bundle, keys) => bundle.Restore(keys, ledger, request));
    }

    /// <summary>Returns a model that obeys a ledger, as last read: the last entry about a source holds.</summary>
    /// <param name="model">The model, such as <c>ml.Model.Load</c> returned it.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> does not hold exactly one NULLs model, or the ledger is of another.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel WithLedger<TModel>(this TModel model, UnlearningLedger ledger) where TModel : class, ITransformer
    {
        OnePart(model);
        return Change(model, transformer => transformer.Bundle.WithLedger(ledger));
    }

    /// <summary>Counts what <c>Erase</c> would take from the other sources: the sinks that they share.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sourceKeys">The sources' keys, as they stood in the source column.</param>
    /// <exception cref="ArgumentException">A key is unknown, or <paramref name="model"/> does not hold exactly one NULLs model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static ErasureImpact ImpactOfErasing<TModel>(this TModel model, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer =>
        OnePart(model).Bundle.ImpactOfErasing(sourceKeys);

    /// <summary>Returns a model on new weights in which every sink of these sources is zero, and nothing is held of the sources themselves. There is no way back.</summary>
    /// <remarks>Others lose the sinks that they share: see <see cref="ImpactOfErasing"/> first. Takes the memory of a second model. Files that were saved before still hold the sources: delete them.</remarks>
    /// <param name="model">The model.</param>
    /// <param name="sourceKeys">The sources' keys, as they stood in the source column. In a chain of several models each loses those that it knows.</param>
    /// <exception cref="ArgumentException">No key is given, a key is empty or unknown (the message names them), or <paramref name="model"/> holds no NULLs model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Erase<TModel>(this TModel model, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer =>
        ChangeSources(model, sourceKeys, "erase", static (bundle, keys) => bundle.Erase(keys));

    /// <summary>Erases sources and records it in a ledger: returns a model on new weights that obeys the ledger and in which nothing is held of them.</summary>
    /// <remarks>The entry is made last. A process that ends before the model is saved leaves the order in the ledger, and <see cref="EraseAsOrdered"/> carries it out.</remarks>
    /// <param name="model">The model.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <param name="sourceKeys">The sources' keys, as they stood in the source column.</param>
    /// <exception cref="ArgumentException">A key is missing, empty or unknown, <paramref name="model"/> does not hold exactly one NULLs model, the request breaks a rule, or the ledger is of another model. Nothing was recorded.</exception>
    /// <exception cref="IOException">The ledger cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Erase<TModel>(this TModel model, UnlearningLedger ledger, LedgerRequest request, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer
    {
        OnePart(model);
        return ChangeSources(model, sourceKeys, "erase", (bundle, keys) => bundle.Erase(keys, ledger, request));
    }

    /// <summary>Returns a model without every source that a ledger, as last read, orders to be erased. Needs no key of a source.</summary>
    /// <param name="model">The model, such as <c>ml.Model.Load</c> returned it.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> does not hold exactly one NULLs model, or the ledger is of another.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel EraseAsOrdered<TModel>(this TModel model, UnlearningLedger ledger) where TModel : class, ITransformer
    {
        OnePart(model);
        return Change(model, transformer => transformer.Bundle.EraseAsOrdered(ledger));
    }

    /// <summary>Returns a small model that holds the backbone and the sinks of these sources alone.</summary>
    /// <remarks>Sinks that a source of these shares with another are among them: where nothing of that one may remain, <c>Erase</c> it first, and compact what that returns.</remarks>
    /// <param name="model">The model.</param>
    /// <param name="sourceKeys">The sources' keys, as they stood in the source column; none for the backbone alone.</param>
    /// <exception cref="ArgumentException">A key is unknown or unlearned, the sources need more sinks than the model has, or <paramref name="model"/> does not hold exactly one NULLs model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel Compact<TModel>(this TModel model, params IEnumerable<string> sourceKeys) where TModel : class, ITransformer
    {
        OnePart(model);
        return Change(model, transformer => transformer.Bundle.Compact(sourceKeys));
    }

    /// <summary>Returns a model that treats texts without sinks of their own in another way: those of unlearned, unknown or no source.</summary>
    /// <param name="model">The model.</param>
    /// <param name="routing">What runs for such texts.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> holds no NULLs model.</exception>
    /// <exception cref="InvalidOperationException">Nearest sources are asked for, and there is nothing to find them with: the model keeps no index of texts and has no router.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel WithRouting<TModel>(this TModel model, SinkRouting routing) where TModel : class, ITransformer =>
        Change(model, transformer => transformer.Bundle.WithRouting(routing));

    /// <summary>Returns a model that finds the nearest sources by the user's router, such as an <see cref="EmbeddingSourceRouter"/>. It can never reach an unlearned source.</summary>
    /// <param name="model">The model.</param>
    /// <param name="router">The router, which stays the caller's and is not saved; null for the model's own index again.</param>
    /// <param name="routing">What is made of the sources found. The default is <see cref="SinkRouting.NearestSources"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> holds no NULLs model, or <paramref name="routing"/> looks for no sources.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="router"/> is null, and the model keeps no index of texts.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel WithRouter<TModel>(this TModel model, ISourceRouter? router, SinkRouting routing = SinkRouting.NearestSources) where TModel : class, ITransformer =>
        Change(model, transformer => transformer.Bundle.WithRouter(router, routing));

    /// <summary>Returns a model that names, or keeps to itself, the sources that a text was routed to.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isReported">Whether the column of sources names them.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> holds no NULLs model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TModel WithRoutedSourcesReported<TModel>(this TModel model, bool isReported) where TModel : class, ITransformer =>
        Change(model, transformer => transformer.Bundle.WithRoutedSourcesReported(isReported));

    private static NullsTransformer OnePart<TModel>(TModel model) where TModel : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelParts.Find(model) is [var part, .. var others] && others.Count == 0
            ? part
            : throw new ArgumentException($"A ledger, an impact and a compact model are of one model, but the chain holds {ModelParts.Find(model).Count} NULLs models. Nothing was recorded or changed: take the one that is meant out of the chain.", nameof(model));
    }

    private static TModel ChangeSources<TModel>(
        TModel model, IEnumerable<string> sourceKeys, string verb, Func<NullsBundle, IEnumerable<string>, NullsBundle> change)
        where TModel : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sourceKeys);
        string[] keys = [.. sourceKeys];
        if (keys.Length == 0)
            throw new ArgumentException($"There is nothing to {verb}: give the key of at least one source.", nameof(sourceKeys));
        if (Array.Exists(keys, string.IsNullOrEmpty))
            throw new ArgumentException($"A source's key is never empty, but one to {verb} is.", nameof(sourceKeys));

        var parts = ModelParts.Find(model);
        string[] unknown = [.. keys.Where(key => !parts.Exists(part => part.Knows(key))).Distinct()];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"The model never saw {(unknown.Length == 1 ? "a source" : "sources")} {string.Join(", ", unknown.Select(key => $"'{key}'"))}: "
                + $"keys must match the training data's source column exactly. Nothing was changed.", nameof(sourceKeys));
        }

        return Change(model, transformer =>
        {
            string[] known = [.. keys.Where(transformer.Knows)];
            return known.Length == 0 ? transformer.Bundle.Share() : change(transformer.Bundle, known);
        });
    }

    private static TModel Change<TModel>(TModel model, Func<NullsTransformer, NullsBundle> change) where TModel : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        return (TModel)ModelParts.Replace(model, transformer => transformer.With(change(transformer)));
    }
}
