"""How the studio looks and how its server is set: one place, passed to Streamlit by the command.

Colours are from a search over normal, protan, deutan and tritan vision: every pair stays apart in all four,
and every colour has at least 4.3 : 1 against its ground. A colour never stands alone: a glyph or a word
says the same.
"""

from typing import Any, Final

#: Largest upload, in megabytes; samples are samples, not archives.
UPLOAD_MB: Final = 20

LIGHT: Final = {
    "primaryColor": "#2747B8",
    "backgroundColor": "#FFFFFF",
    "secondaryBackgroundColor": "#F4F6F9",
    "textColor": "#1C2330",
    "borderColor": "#D5DAE1",
    "linkColor": "#2747B8",
    "redTextColor": "#B42318",
    "greenTextColor": "#00663A",
    "orangeTextColor": "#9A4B00",
    "grayTextColor": "#596273",
    "blueTextColor": "#0B3C6F",
    "violetTextColor": "#86178F",
    "dataframeHeaderBackgroundColor": "#F4F6F9",
    "chartCategoricalColors": ["#2747B8", "#C05F00", "#00763A", "#A51DB2", "#0B3C6F", "#756D6D"],
}

DARK: Final = {
    "primaryColor": "#4C68E0",
    "backgroundColor": "#12161D",
    "secondaryBackgroundColor": "#1B212B",
    "textColor": "#E6EAF0",
    "borderColor": "#38414F",
    "linkColor": "#9DB2FF",
    "redTextColor": "#FF9A92",
    "greenTextColor": "#4FE39A",
    "orangeTextColor": "#F2A25C",
    "grayTextColor": "#A3AEBD",
    "blueTextColor": "#BDEBFF",
    "violetTextColor": "#E39BDD",
    "dataframeHeaderBackgroundColor": "#1B212B",
    "chartCategoricalColors": ["#8FA8FF", "#EE8A3C", "#35E08F", "#CF6FC3", "#BDEBFF", "#8F8F80"],
}

SHARED: Final = {
    "baseRadius": "6px",
    "buttonRadius": "6px",
    "baseFontSize": 15,
    "codeFontSize": "13px",
    "headingFontSizes": ["1.55rem", "1.2rem", "1.02rem", "0.95rem", "0.9rem", "0.85rem"],
    "headingFontWeights": [600, 600, 600, 600, 600, 600],
    "metricValueFontSize": "1.7rem",
    "metricValueFontWeight": 600,
    "paddingTop": "0.5rem",
    "showSidebarBorder": True,
    "showWidgetBorder": True,
}


def server_options(port: int) -> dict[str, Any]:
    """Streamlit's options: loopback only, nothing sent home, no traces of code in the page."""
    options: dict[str, Any] = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": True,
        "server.allowedHosts": ["127.0.0.1", "localhost"],
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.maxUploadSize": UPLOAD_MB,
        "browser.gatherUsageStats": False,
        "client.allowedOrigins": [f"http://127.0.0.1:{port}"],
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "logger.level": "error",
        "logger.hideWelcomeMessage": True,
        "runner.magicEnabled": False,
    }
    options |= {f"theme.{key}": value for key, value in SHARED.items()}
    options |= {f"theme.light.{key}": value for key, value in LIGHT.items()}
    options |= {f"theme.dark.{key}": value for key, value in DARK.items()}
    return options
