using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Madang.Tests.Host;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>How somebody looks at a page.</summary>
public sealed record Look(string Language, bool Dark = false, bool Phone = false)
{
    public override string ToString() => $"{(Phone ? "phone" : "desktop")}-{(Dark ? "dark" : "light")}-{Language}";
}

/// <summary>A browser window. It notes what its pages complain about.</summary>
public sealed class Window : IAsyncDisposable
{
    private static readonly string Root = FindRoot();
    private static readonly string Axe = File.ReadAllText(Path.Combine(Root, "src/Design/assets/node_modules/axe-core/axe.min.js"));

    private readonly IBrowserContext _context;
    private readonly Look _look;
    private readonly bool _isTab;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentDictionary<IRequest, bool> _loading = [];
    private long _lastChange = TimeProvider.System.GetTimestamp();

    internal Window(IBrowserContext context, IPage page, Look look, bool isTab = false)
    {
        (_context, Page, _look, _isTab) = (context, page, look, isTab);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => Loading(request, began: true);
        page.RequestFinished += (_, request) => Loading(request, began: false);
        page.RequestFailed += (_, request) => Loading(request, began: false);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _complaints.Enqueue($"{message.Text} ({message.Location})");
        };
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    /// <summary>Another tab of this window's browser: signed in as the same, of the same size. Disposing it closes the tab alone.</summary>
    public async Task<Window> OpenTabAsync()
    {
        var page = await _context.NewPageAsync();
        if (Page.ViewportSize is { } size)
            await page.SetViewportSizeAsync(size.Width, size.Height);
        return new Window(_context, page, _look, isTab: true);
    }

    /// <summary>
    /// Keeps a screenshot under <c>artifacts/screenshots</c> and holds the page to what every page must be: no axe violation, no
    /// scrolling sideways, no text without its argument, no error in the console but those expected.
    /// </summary>
    /// <param name="name">The screenshot's name.</param>
    /// <param name="expected">A part of console errors that belong to the page, such as "404".</param>
    /// <param name="whole">False: only what fits the window, where something lies over the page.</param>
    public async Task LookAsync(string name, string? expected = null, bool whole = true)
    {
        await SettledAsync();
        await Page.EvaluateAsync("document.fonts.ready");
        // A header that sticks would lie across the middle of the picture.
        if (whole)
            await Page.EvaluateAsync("scrollTo({ top: 0, behavior: 'instant' })");
        await Page.ScreenshotAsync(new() { Path = Path.Combine(Root, "artifacts/screenshots", $"{name}-{_look}.png"), FullPage = whole });
        Assert.Equal("", await ViolationsAsync());
        Assert.True(await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, $"{name} scrolls sideways as {_look}");
        Assert.DoesNotMatch(@"\{[0-9]\}", await Page.InnerTextAsync("body"));
        Assert.DoesNotContain(_complaints, complaint => expected is null || !complaint.Contains(expected, StringComparison.Ordinal));
    }

    /// <summary>Waits until nothing was loaded for half a second. Playwright's own waiting never ends where a bell listens to events.</summary>
    public async Task SettledAsync()
    {
        await Page.WaitForLoadStateAsync(LoadState.Load);
        await Answers.EventuallyAsync(
            () => Task.FromResult(
                // Nothing is under way, or what is said to be was forgotten by the browser without a word.
                TimeProvider.System.GetElapsedTime(Interlocked.Read(ref _lastChange)) > (_loading.IsEmpty ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(5))), idle => idle);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isTab)
            await Page.CloseAsync();
        else
            await _context.DisposeAsync();
    }

    private void Loading(IRequest request, bool began)
    {
        // What a page that was left had still asked for may never be told to have ended.
        if (began && request.IsNavigationRequest)
            _loading.Clear();
        if (!began)
            _loading.TryRemove(request, out _);
        else if (request.ResourceType != "eventsource")
            _loading.TryAdd(request, true);
        Interlocked.Exchange(ref _lastChange, TimeProvider.System.GetTimestamp());
    }

    private async Task<string> ViolationsAsync()
    {
        // Not as a script element: the page's content security policy forbids foreign ones, as it should.
        await Page.EvaluateAsync(Axe + "; null");
        var violations = await Page.EvaluateAsync<JsonElement>("axe.run().then(result => result.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' | ')}`))");
        return string.Join('\n', violations.EnumerateArray().Select(each => each.GetString()));
    }

    private static string FindRoot([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
