using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>A served model as a chat client: the chat becomes a text by a template, and the text is continued.</summary>
/// <remarks>
/// The source comes from <c>ChatOptions.AdditionalProperties["source"]</c>. Temperature, top-p, top-k, the most tokens, the seed and
/// stop sequences are honoured; what the model cannot do (tools, formats) is refused. Tokens are counted as they are written, without the one that ends a text.
/// </remarks>
internal sealed class NullsChatClient(ModelHost host, INullsScorer scorer, TimeProvider time) : IChatClient
{
    /// <summary>The additional property that names a source.</summary>
    public const string SourceProperty = "source";

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (request, generation) = Read(messages, options);
        var result = await scorer.CompleteAsync(request, generation, cancellationToken).ConfigureAwait(false);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, result.Completion))
        {
            ModelId = scorer.Model.ModelDigest,
            FinishReason = ReasonOf(result.IsCompletionEnded),
            Usage = UsageOf(request, result.CompletionTokenCount),
            AdditionalProperties = new AdditionalPropertiesDictionary { ["sinkState"] = result.SinkState.ToString(), ["version"] = scorer.Model.Version },
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (request, generation) = Read(messages, options);
        var id = Guid.NewGuid().ToString("N");
        var pieces = new CompletionStream(host, request, generation, time, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        await using var ofPieces = pieces.ConfigureAwait(false);
        while (await pieces.MoveNextAsync().ConfigureAwait(false))
            yield return new ChatResponseUpdate(ChatRole.Assistant, pieces.Current) { ResponseId = id, MessageId = id, ModelId = scorer.Model.ModelDigest };

        var usage = UsageOf(request, pieces.TokenCount);
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(usage)])
        {
            ResponseId = id, MessageId = id, ModelId = scorer.Model.ModelDigest, FinishReason = ReasonOf(pieces.IsEnded),
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        if (serviceType == typeof(ChatClientMetadata))
            return new ChatClientMetadata("nulls", defaultModelId: scorer.Model.ModelDigest);
        return serviceType.IsInstanceOfType(this) ? this : serviceType.IsInstanceOfType(scorer) ? scorer : null;
    }

    public void Dispose()
    {
        // The model is the application's, and other clients use it.
    }

    private (ScoringRequest Request, GenerationOptions Generation) Read(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (options?.Tools is { Count: > 0 })
            throw new NotSupportedException("This model calls no tools. Leave ChatOptions.Tools empty.");
        if (options?.ResponseFormat is not (null or ChatResponseFormatText))
            throw new NotSupportedException("This model writes text alone. Leave ChatOptions.ResponseFormat unset, or set it to text.");

        var source = options?.AdditionalProperties?.TryGetValue(SourceProperty, out var given) == true
            ? given as string ?? given?.ToString()
            : null;
        var usual = host.Options.Generation;
        var generation = usual with
        {
            MaxTokens = options?.MaxOutputTokens ?? usual.MaxTokens,
            Temperature = options?.Temperature is { } temperature ? temperature : usual.Temperature,
            TopP = options?.TopP is { } topP ? topP : usual.TopP,
            TopK = options?.TopK ?? usual.TopK,
            Seed = options?.Seed is { } seed ? unchecked((int)(seed ^ (seed >> 32))) : usual.Seed,
            StopStrings = options?.StopSequences is { Count: > 0 } stops ? [.. stops] : usual.StopStrings,
        };
        generation.Validate();
        if (options?.Instructions is { Length: > 0 } instructions)
            messages = messages.Prepend(new ChatMessage(ChatRole.System, instructions));
        return (new ScoringRequest(host.Options.ChatTemplate(messages), source), generation);
    }

    private UsageDetails UsageOf(ScoringRequest request, int written)
    {
        using var lease = host.Acquire();
        var read = lease.Bundle.Tokenizer.Encode(request.Text).Length;
        return new UsageDetails { InputTokenCount = read, OutputTokenCount = written, TotalTokenCount = read + written };
    }

    private static ChatFinishReason ReasonOf(bool isEnded) => isEnded ? ChatFinishReason.Stop : ChatFinishReason.Length;
}
