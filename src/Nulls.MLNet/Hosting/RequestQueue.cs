using System.Threading.Channels;

namespace Nulls.MLNet.Hosting;

/// <summary>Requests that wait, in their order, at most so many; cancelled ones leave it. Many may add, one takes.</summary>
/// <param name="kind">What metrics call its requests.</param>
/// <param name="model">What messages call the model.</param>
/// <param name="capacity">The most that wait.</param>
/// <param name="goTogether">Says whether two are taken together.</param>
/// <param name="ended">Is told of those that end here: refused ones, and ones that were cancelled before anybody took them.</param>
internal sealed class RequestQueue(string kind, string model, int capacity, Func<QueuedRequest, QueuedRequest, bool> goTogether, Action<QueuedRequest> ended)
{
    private readonly Lock _turn = new();
    private readonly LinkedList<QueuedRequest> _waiting = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Exception? _closed;
    private bool _isEnded;

    public string Kind => kind;

    public int Count
    {
        get
        {
            lock (_turn)
                return _waiting.Count;
        }
    }

    /// <summary>Adds a new request, or fails it where the queue is full or closed.</summary>
    public void Add(QueuedRequest request)
    {
        request.Cancelled = () => Remove(request);
        lock (_turn)
        {
            if (_closed is not null)
                request.Fail(_closed);
            else if (_waiting.Count >= capacity)
                request.Fail(new InvalidOperationException($"The queue of {model} is full: {capacity:N0} requests wait. Ask again later, or raise QueueCapacity or the number of instances."));
            Place(request);
        }

        Announce(request);
    }

    /// <summary>Adds a request that another queue let in, also where this one is full or closed.</summary>
    /// <returns>False where this queue has ended: nobody would take it.</returns>
    public bool TryHandOn(QueuedRequest request)
    {
        request.Cancelled = () => Remove(request);
        lock (_turn)
        {
            if (_isEnded)
                return false;
            Place(request);
        }

        Announce(request);
        return true;
    }

    /// <summary>Waits for requests and takes the first and those that go with it, at most so many. Empty once the queue has ended and has none left.</summary>
    public async Task<List<QueuedRequest>> TakeAsync(int most)
    {
        while (true)
        {
            var taken = Take(most, out var isEnded);
            if (taken.Count > 0 || isEnded)
                return taken;
            await _signal.Reader.ReadAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Lets no more new requests in.</summary>
    /// <param name="reason">What those get that come.</param>
    public void Close(Exception reason)
    {
        lock (_turn)
            _closed ??= reason;
    }

    /// <summary>Lets no more requests in at all.</summary>
    public void End()
    {
        lock (_turn)
            _isEnded = true;
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Ends, and takes out all that wait.</summary>
    public List<QueuedRequest> TakeAll()
    {
        End();
        lock (_turn)
        {
            List<QueuedRequest> all = [.. _waiting];
            all.ForEach(request => request.Place = null);
            _waiting.Clear();
            return all;
        }
    }

    private List<QueuedRequest> Take(int most, out bool isEnded)
    {
        var taken = new List<QueuedRequest>();
        lock (_turn)
        {
            for (var place = _waiting.First; place is not null && taken.Count < most;)
            {
                var next = place.Next;
                if (taken.Count == 0 || goTogether(place.Value, taken[0]))
                {
                    taken.Add(place.Value);
                    _waiting.Remove(place);
                    place.Value.Place = null;
                }

                place = next;
            }

            isEnded = _isEnded;
        }

        return taken;
    }

    private void Place(QueuedRequest request)
    {
        if (!request.IsDone)
            request.Place = _waiting.AddLast(request);
    }

    private void Announce(QueuedRequest request)
    {
        if (request.IsDone)
            ended(request);
        else
            _signal.Writer.TryWrite(true);
    }

    private void Remove(QueuedRequest request)
    {
        lock (_turn)
        {
            if (request.Place is not { } place)
                return;
            _waiting.Remove(place);
            request.Place = null;
        }

        ended(request);
    }
}
