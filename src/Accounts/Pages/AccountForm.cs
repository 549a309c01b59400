using System.Globalization;
using Madang.Accounts.Domain;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Madang.Accounts.Pages;

/// <summary>A page with a form about somebody's account: says what was refused in the reader's language, beside the field where it concerns one.</summary>
public abstract class AccountForm : ComponentBase
{
    private Failure? _refused;

    /// <summary>The module's words.</summary>
    [Inject] protected IStringLocalizer<AccountsText> Text { get; set; } = null!;

    /// <summary>Words of the page's own, where it has any: looked up first.</summary>
    protected virtual IStringLocalizer? Own => null;

    /// <summary>The request.</summary>
    [CascadingParameter] protected HttpContext? Context { get; set; }

    /// <summary>The request, while there is one.</summary>
    protected HttpContext Request => Context ?? throw new InvalidOperationException("Pages are rendered for a request.");

    /// <summary>Ends when the reader goes away.</summary>
    protected CancellationToken Aborted => Context?.RequestAborted ?? CancellationToken.None;

    /// <summary>Why the form was not taken, where that concerns no single field; null when nothing was refused.</summary>
    protected string? Refusal => _refused is null || FieldFailures.Of(_refused).Count > 0 ? null : Say(_refused.Code, _refused.Detail);

    /// <summary>Leads on when the form was taken. By a path alone: behind a gateway that ends TLS the address in full would be the wrong one.</summary>
    /// <param name="path">A page of ours.</param>
    protected void LeadTo(string path) => Request.Response.Redirect(path);

    /// <summary>Notes what was refused; the page is rendered again with what was typed.</summary>
    /// <param name="failure">Why.</param>
    protected void Refuse(Failure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        _refused = failure;
        Request.Response.StatusCode = failure.Status;
        if (failure.RetryAfter is { } wait)
            Request.Response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>What is wrong with a field; null when nothing is.</summary>
    /// <param name="field">Its name in the API.</param>
    protected string? ErrorOf(string field) => FieldFailures.Of(_refused).GetValueOrDefault(field) is { } wrong ? Say(wrong.Code, wrong.Detail) : null;

    private string Say(string code, string detail)
    {
        var extra = _refused!.Extra;
        object?[] parts = code switch
        {
            "code.wrong" => [extra?.GetValueOrDefault("triesLeft")],
            "member.suspended" => [extra?.GetValueOrDefault("until") is DateTimeOffset until ? Text["Suspended.Until", Instant(until)].Value : "", extra?.GetValueOrDefault("reason")],
            _ => [_refused.RetryAfter is { } wait ? Wait(wait) : ""],
        };
        var words = Own?[$"Failure.{code}", parts!] is { ResourceNotFound: false } own ? own : Text[$"Failure.{code}", parts!];
        return words.ResourceNotFound ? detail : words.Value;
    }

    private static string Instant(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private string Wait(TimeSpan wait) => wait.TotalSeconds <= 90
        ? Text["Wait.Seconds", Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))].Value
        : Text["Wait.Minutes", (int)Math.Ceiling(wait.TotalMinutes)].Value;
}
